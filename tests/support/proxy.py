"""A TCP proxy in a process's way, that cuts, holds or swallows what a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType

_CHUNK = 64 * 1024
_LOOK = 0.2  # seconds between looks at the end


class Rule(Protocol):
    """Decides about what passes, chunk by chunk; called under the proxy's lock."""

    def __call__(self, chunk: bytes, *, upstream: bool, connection: int) -> bytes | None:
        """Return what is to pass instead of the chunk, or None to cut the connection.

        Args:
            chunk: What was read.
            upstream: Whether it goes to the server, else to the client.
            connection: The number of the connection, 1, 2, 3...
        """
        ...


def let_pass(chunk: bytes, *, upstream: bool, connection: int) -> bytes:
    """Change nothing."""
    return chunk


class CutAnswers:
    """Lets requests through, and cuts the connection in place of the answer to some of them.

    Args:
        times: How many answers are lost; then everything passes.
        marker: What a request must contain to be struck.
    """

    def __init__(self, times: int, *, marker: bytes = b"") -> None:
        self.left = times
        self._marker = marker
        self._armed: set[int] = set()

    def __call__(self, chunk: bytes, *, upstream: bool, connection: int) -> bytes | None:
        """See :class:`Rule`."""
        if upstream:
            if self._marker in chunk:
                self._armed.add(connection)
            return chunk
        if connection not in self._armed or self.left == 0:
            return chunk
        self._armed.discard(connection)
        self.left -= 1
        return None


class Swallow:
    """Lets nothing through that contains a marker, and leaves whoever sent it waiting.

    Args:
        marker: What is swallowed.
    """

    def __init__(self, marker: bytes) -> None:
        self._marker = marker

    def __call__(self, chunk: bytes, *, upstream: bool, connection: int) -> bytes | None:
        """See :class:`Rule`."""
        return b"" if upstream and self._marker in chunk else chunk


class Proxy:
    """Forwards every connection to an address, through a rule.

    Args:
        target: Host and port, or the path of a Unix socket, of the server.

    Attributes:
        rule: What every chunk goes through from now on.
        connections: How many were opened so far.
    """

    def __init__(self, target: tuple[str, int] | str) -> None:
        self._target = target
        self.rule: Rule = let_pass
        self.connections = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._ended = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._listening.settimeout(_LOOK)
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 that it listens on."""
        return int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._listening.close()
        self.cut_all()

    def cut_all(self) -> None:
        """Cut every connection that is open, as a firewall does that forgets them."""
        with self._lock:
            cut, self._open = self._open, set()
        for one in cut:
            _shut(one)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listening.accept()
            except TimeoutError:
                continue
            client.settimeout(None)
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            with self._lock:
                self.connections += 1
                self._open |= {client, server}
                number = self.connections
            for source, sink, upstream in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pump, args=(source, sink, upstream, number), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, tuple):
            return socket.create_connection(self._target, timeout=None)
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._target)
        except OSError:
            server.close()
            raise
        return server

    def _pump(self, source: socket.socket, sink: socket.socket, upstream: bool, number: int) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK):
                with self._lock:
                    passed = self.rule(chunk, upstream=upstream, connection=number)
                if passed is None:
                    break
                sink.sendall(passed)
        with self._lock:
            self._open -= {source, sink}
        _shut(source)
        _shut(sink)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was faster
        one.shutdown(socket.SHUT_RDWR)
    one.close()
