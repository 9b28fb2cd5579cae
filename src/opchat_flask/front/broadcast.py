"""Telling all event streams of this process of every change, from the event loop: none of them holds a thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from attrs import define

from opchat_core.errors import Unavailable
from opchat_core.hooks import Hook
from opchat_flask.events import HEARTBEAT, STILL_HERE, TICK, beginning, event
from opchat_flask.front.rsgi import Closed

if TYPE_CHECKING:
    from opchat_core.ports import Change
    from opchat_core.service import OperatorChat
    from opchat_flask.front.bridge import Answer, StillIn
    from opchat_flask.front.rsgi import Connection, Transport

_log = logging.getLogger(__name__)

MOST = 5000
"""Event streams a process."""

GIVEN = 1024 * 1024
"""Bytes after which a stream ends, so that its client comes again.

granian keeps what a client does not read, without a bound; so a client that sleeps costs no more than this.
"""

READY = 6.0
"""Seconds until the first stream hears of changes, or is refused."""


@define(eq=False)
class _Stream:
    transport: Transport
    still_in: StillIn
    due: float
    given: int = 0
    asked: bool = False


class Broadcast:
    """The event streams of one process.

    Args:
        chat: Whose changes they tell of.
        loop: The event loop; everything but :meth:`ready` is called in it.
        on_use: Is told how many streams there are, when one begins or ends.
    """

    def __init__(self, chat: OperatorChat, loop: asyncio.AbstractEventLoop, *, on_use: Hook[int] | None = None) -> None:
        self._on_use = on_use or Hook("on_streams")
        self._chat = chat
        self._loop = loop
        self._streams: set[_Stream] = set()
        self._by_heartbeat: deque[_Stream] = deque()
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="opchat-still-in")
        self._hears = Event()
        self._stopped = Event()
        self._lock = Lock()
        self._feed: Thread | None = None
        self._heart: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """How many there are."""
        return len(self._streams)

    def ready(self) -> None:
        """Make sure that a stream would hear of changes; called in a request's thread.

        Raises:
            Unavailable: If there are too many streams, the process ends, or the changes cannot be heard.
        """
        with self._lock:
            if self._feed is None and not self._stopped.is_set():
                self._feed = Thread(target=self._listen, name="opchat-broadcast", daemon=True)
                self._feed.start()
        if len(self._streams) >= MOST or self._stopped.is_set() or not self._hears.wait(READY):
            raise Unavailable(
                "This process serves no more event streams; poll instead.", retry_after=timedelta(seconds=15)
            )

    def begin(self, connection: Connection, answer: Answer, still_in: StillIn) -> None:
        """Make a stream of a request that a view has answered."""
        headers = [(name, value) for name, value in answer.headers if name != "Content-Length"]  # it has no end
        stream = _Stream(connection.response_stream(answer.status, headers), still_in, 0.0)
        stream.transport.send_bytes(beginning().encode())
        if self._stopped.is_set() or not self._hears.is_set():
            return  # and with the last word about the stream it ends
        self._streams.add(stream)
        self._on_use.tell(len(self._streams))
        self._plan(stream)
        if self._heart is None:
            self._heart = self._loop.create_task(self._beat())

    def stop(self) -> None:
        """End every stream, and refuse new ones."""
        self._stopped.set()
        self._end_all()

    def close(self) -> None:
        """Give back threads, after :meth:`stop` and before the loop is closed."""
        self._asker.shutdown(cancel_futures=True)
        if self._feed is not None:
            self._feed.join()

    def _listen(self) -> None:
        """Pass on what the feed of changes tells; in a thread, for that is how it tells."""
        while not self._stopped.is_set():
            with self._chat.changes() as subscription:
                while (changes := subscription.wait(TICK)) is not None and not self._stopped.is_set():
                    self._hears.set()
                    if changes:
                        asyncio.run_coroutine_threadsafe(self._tell(changes), self._loop)
            self._hears.clear()
            self._loop.call_soon_threadsafe(self._end_all)

    async def _tell(self, changes: tuple[Change, ...]) -> None:
        data = "".join(map(event, changes)).encode()
        for stream in tuple(self._streams):
            await self._give(stream, data)

    async def _give(self, stream: _Stream, data: bytes) -> None:
        stream.given += len(data)
        with contextlib.suppress(Closed):
            await stream.transport.send_bytes(data)
            if stream.given < GIVEN:
                return
        self._drop(stream)

    def _plan(self, stream: _Stream) -> None:
        stream.due = self._loop.time() + HEARTBEAT
        self._by_heartbeat.append(stream)

    async def _beat(self) -> None:
        """Give every stream its sign of life in turn, and have asked whether its caller may listen still."""
        while not self._stopped.is_set():
            await asyncio.sleep(TICK)
            while self._by_heartbeat and self._by_heartbeat[0].due <= self._loop.time():
                stream = self._by_heartbeat.popleft()
                if stream not in self._streams:
                    continue
                self._ask(stream)  # no sign of life waits for the answer, which a slow database may keep back
                self._plan(stream)
                await self._give(stream, STILL_HERE.encode())

    def _ask(self, stream: _Stream) -> None:
        if not stream.asked:
            stream.asked = True
            self._loop.run_in_executor(self._asker, stream.still_in).add_done_callback(partial(self._hear, stream))

    def _hear(self, stream: _Stream, answer: asyncio.Future[bool]) -> None:
        stream.asked = False
        if answer.cancelled():  # by close()
            return
        error = answer.exception()
        if error is not None:
            _log.error("stream.caller_unknown", exc_info=error)
        if error is not None or not answer.result():
            self._drop(stream)

    def _drop(self, stream: _Stream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)
            self._on_use.tell(len(self._streams))

    def _end_all(self) -> None:
        self._streams.clear()  # granian ends a stream whose transport is gone
        self._by_heartbeat.clear()
        self._on_use.tell(0)
