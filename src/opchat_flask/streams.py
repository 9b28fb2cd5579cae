"""How many event streams one process serves, and their end when the process is asked to stop."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore, Event, Lock
from typing import TYPE_CHECKING

from opchat_core.errors import Unavailable
from opchat_core.hooks import Hook

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_STREAMS = 24
"""Event streams a process: each holds a thread, and well over half of the server's are to stay free for requests."""


class Streams:
    """The event streams of one process.

    Args:
        limit: The most at once.

    Attributes:
        on_use: Is told how many there are, when one begins or ends.
    """

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self._free = BoundedSemaphore(limit)
        self._count = Lock()
        self._open = 0
        self.on_use: Hook[int] = Hook("on_streams")
        self._stopped = Event()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the process's streams.

        Raises:
            Unavailable: If all are taken, or the process is about to end.
        """
        if self._stopped.is_set() or not self._free.acquire(blocking=False):
            raise Unavailable(
                "This process serves no more event streams; poll instead.", retry_after=timedelta(seconds=15)
            )
        self._tell(1)
        try:
            yield
        finally:
            self._free.release()
            self._tell(-1)

    def _tell(self, more: int) -> None:
        with self._count:
            self._open += more
            self.on_use.tell(self._open)

    def stop(self) -> None:
        """Let every stream end within its next second, and refuse new ones."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether streams are to end."""
        return self._stopped.is_set()
