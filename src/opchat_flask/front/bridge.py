"""Running a WSGI app for requests that come by granian's own interface (RSGI).

The event loop reads the beginning of a body, which for nearly all requests is all of it, before a thread is taken: an
upload that stalls holds a connection and no thread. granian takes what is streamed to it without asking whether the
client reads, so a large answer goes through a file, which it sends as fast as the client takes it.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen
from werkzeug.exceptions import RequestTimeout

from opchat_flask.events import TAKE_OVER

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from opchat_flask.front.rsgi import Connection, Scope

BEGINNING = 256 * 1024
"""Bytes of a body that are read before a thread is taken; the app's thread reads what comes after, if it wants it."""

PATIENCE = 60.0
"""Seconds that a client has for them, and for each piece after them: who is gone without a word holds no thread."""

IN_MEMORY = 1024 * 1024
"""Bytes of an answer that are kept in memory."""

OPENED = 30.0
"""Seconds in which granian opens a file that it was told to send."""

StillIn = Callable[[], bool]
"""Whether the caller may go on listening; asked in a thread."""


@frozen
class Body:
    """A request's body.

    Attributes:
        beginning: What was read of it.
        length: How long it is; None where the client did not say, and there is more to come.
        more: Reads the next piece of the rest; None when the beginning is all.
    """

    beginning: bytes
    length: int | None
    more: Callable[[], Awaitable[bytes]] | None = None


@frozen
class Answer:
    """What the app answered, complete.

    Attributes:
        status: Its status.
        headers: Its headers.
        body: Its body, unless it is in a file.
        file: The file that holds it.
        still_in: Given by a view that leaves the connection to an event stream.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    file: Path | None = None
    still_in: StillIn | None = None

    def write(self, connection: Connection) -> None:
        """Give it to granian."""
        if self.file is None:
            connection.response_bytes(self.status, self.headers, self.body)
            return
        connection.response_file(self.status, self.headers, str(self.file))
        asyncio.get_running_loop().call_later(OPENED, self.file.unlink, True)  # noqa: FBT003 - call_later knows no names


async def read_body(scope: Scope, connection: Connection) -> Body | None:
    """Read the body of a request, or the beginning of a long one; None when the client gave up or dawdles."""
    said = scope.headers.get("content-length")
    length = int(said) if said is not None else None  # granian has made sure that it is a number
    if length is None and "transfer-encoding" not in scope.headers:
        return Body(b"", 0)
    try:
        async with asyncio.timeout(PATIENCE):
            if length is not None and length <= BEGINNING:
                whole = await connection()
                return Body(whole, length) if len(whole) == length else None
            pieces = aiter(connection)  # not "async for", which would ask for a second one
            beginning = bytearray()
            while piece := await _next(pieces):
                beginning += piece
                if len(beginning) > BEGINNING:
                    return Body(bytes(beginning), length, lambda: _next(pieces))
    except TimeoutError:
        return None
    return Body(bytes(beginning), len(beginning)) if length in {None, len(beginning)} else None


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    """Read a piece of a body; nothing at its end."""
    try:  # not anext() with a default, which crashes on what granian hands out
        return await anext(pieces)
    except StopAsyncIteration:
        return b""


class Bridge:
    """A WSGI app, run in threads.

    Args:
        app: The app.
        threads: How many requests it handles at once.
    """

    def __init__(self, app: WSGIApplication, *, threads: int) -> None:
        self._app = app
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="opchat-request")
        self._directory = tempfile.TemporaryDirectory(prefix="opchat-answers-")

    def close(self) -> None:
        """Give back threads and files."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self._directory.cleanup()

    async def run(self, scope: Scope, body: Body, ready: Callable[[], None]) -> Answer:
        """Handle one request in a thread.

        Args:
            scope: What the request says of itself.
            body: Its body.
            ready: Called in the thread before the connection is taken over for an event stream; may refuse.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, self._handle, scope, body, ready, loop)

    def _handle(self, scope: Scope, body: Body, ready: Callable[[], None], loop: asyncio.AbstractEventLoop) -> Answer:
        started: list[tuple[int, list[tuple[str, str]]]] = []
        taken: list[StillIn] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[..., Any]:
            started[:] = [(int(status[:3]), headers)]
            return _no_write

        def take_over(still_in: StillIn) -> None:
            ready()
            taken.append(still_in)

        environ = environ_of(scope, body, loop)
        environ[TAKE_OVER] = take_over
        chunks = self._app(environ, start_response)
        try:
            content, file = self._gather(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = started[0]
        return Answer(status, headers, content, file, taken[0] if taken else None)

    def _gather(self, chunks: Iterable[bytes]) -> tuple[bytes, Path | None]:
        gathered = bytearray()
        iterator = iter(chunks)
        for chunk in iterator:
            gathered += chunk
            if len(gathered) > IN_MEMORY:
                return b"", self._spill(gathered, iterator)
        return bytes(gathered), None

    def _spill(self, gathered: bytearray, rest: Iterable[bytes]) -> Path:
        with tempfile.NamedTemporaryFile(dir=self._directory.name, delete=False) as file:
            try:
                file.write(gathered)
                file.writelines(rest)
            except BaseException:  # the app's, or a full disk: nobody will send what is there of it
                Path(file.name).unlink()
                raise
        return Path(file.name)


def _no_write(data: bytes) -> None:
    raise NotImplementedError("write() is what WSGI had before iterables; Flask does not use it")


def environ_of(scope: Scope, body: Body, loop: asyncio.AbstractEventLoop) -> WSGIEnvironment:
    """Say in WSGI's words what a request is (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    client, _, client_port = scope.client.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client.strip("[]"),
        "REMOTE_PORT": client_port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body.beginning) if body.more is None else io.BufferedReader(_Rest(body, loop)),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name or name in {"content-length", "transfer-encoding"}:
            continue  # with underscores one could pass for a header that a proxy sets
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        earlier = environ.get(key)
        environ[key] = value if earlier is None else f"{earlier}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    if body.length is not None:
        environ["CONTENT_LENGTH"] = str(body.length)
    return environ


class _Rest(io.RawIOBase):
    """A long body, whose rest is fetched as it is read."""

    def __init__(self, body: Body, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._at_hand = memoryview(body.beginning)
        self._body = body
        self._loop = loop

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._at_hand:
            piece = asyncio.run_coroutine_threadsafe(self._more(), self._loop)
            try:
                self._at_hand = memoryview(piece.result())
            except TimeoutError:
                raise RequestTimeout from None
        size = min(len(buffer), len(self._at_hand))
        buffer[:size] = self._at_hand[:size]
        self._at_hand = self._at_hand[size:]
        return size

    async def _more(self) -> bytes:
        assert self._body.more is not None  # noqa: S101 - made only where there is a rest
        async with asyncio.timeout(PATIENCE):
            return await self._body.more()
