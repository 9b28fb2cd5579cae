"""What runs beside each other in one program, and its end in time after SIGINT or SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from types import FrameType

from opchat_core.errors import OpchatError

_log = logging.getLogger(__name__)

GRACE = 9.0
"""Seconds from the signal to the end: below the ten that supervisors give before they kill."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def unwind_on_sigterm() -> None:
    """Let SIGTERM end this program as Ctrl-C does: by an exception, so that everything is tidied up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Crew:
    """Jobs in threads of this process, which all end when one of them does, or when the program is told to.

    Use it as a context manager in the main thread; inside, do what the main thread is for, or :meth:`wait`. A job that
    cannot end in time, such as an answer that hangs on its way to Telegram, is cut off with the process: its lease then
    runs out, and the answer counts as in doubt, which is the truth.
    """

    def __init__(self) -> None:
        self.stop = Event()
        self._told_at: float | None = None
        self._error: Exception | None = None
        self._threads: list[Thread] = []

    def add(self, name: str, job: Callable[[Event], object]) -> None:
        """Start a job in a thread of its own.

        Args:
            name: For the log.
            job: Is given the event that tells it to end.
        """
        thread = Thread(target=self._work, args=(name, job), name=f"opchat-{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Wait for the signal, which comes as an exception; see :func:`unwind_on_sigterm`."""
        self.stop.wait()

    def hear_signals(self) -> None:
        """Let jobs know of a signal beside whoever handles it now, instead of after them; for the main thread."""
        for number in _SIGNALS:
            signal.signal(number, self._beside(signal.getsignal(number)))

    def tell(self) -> None:
        """Tell every job to end."""
        self._told_at = self._told_at or monotonic()
        self.stop.set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run until the context is left, be it by a signal, then let jobs end.

        Raises:
            OpchatError: What a job ended with.
        """
        try:
            yield
        except KeyboardInterrupt:
            _log.debug("program.interrupted")
        finally:
            self.tell()
            self._let_end()
        if self._error is not None:
            raise self._error

    def _work(self, name: str, job: Callable[[Event], object]) -> None:
        try:
            job(self.stop)
        except OpchatError as error:
            self._error = self._error or error
        except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell; raised again in running()
            self._error = self._error or error
            _log.exception("program.job_broken", extra={"job": name})
        if not self.stop.is_set():
            _log.error("program.job_ended", extra={"job": name})
            os.kill(os.getpid(), signal.SIGTERM)

    def _beside(self, handler: Callable[[int, FrameType | None], object] | int | None) -> Callable[..., None]:
        def handle(number: int, frame: FrameType | None) -> None:
            self.tell()
            if callable(handler):
                handler(number, frame)

        return handle

    def _let_end(self) -> None:
        """Join the threads until the time is up, then leave without them."""
        end = (self._told_at or monotonic()) + GRACE
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))
        if late := [thread.name for thread in self._threads if thread.is_alive()]:
            _log.warning("program.cut_short", extra={"jobs": ", ".join(late)})
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1 if self._error else 0)
