"""The body of a request, read in pieces: as long as its length says, or in chunks of its own."""

from __future__ import annotations

from io import BufferedIOBase

BODY_LIMIT = 60 * 1024 * 1024  # Telegram takes 50 MB of file; the rest is room for the other fields
_PIECE = 64 * 1024


class BodyTooLargeError(Exception):
    """There is more than `BODY_LIMIT`."""


class Body:
    """What follows the head of a request.

    Args:
        stream: The connection, where the head ends.
        length: The bytes that the head promises; `None`: the body comes in chunks (RFC 9112, 7.1).
    """

    def __init__(self, stream: BufferedIOBase, length: int | None) -> None:
        self._stream = stream
        self._chunked = length is None
        self._left = length or 0  # of the body, or of the present chunk
        self._ended = length == 0
        self._total = 0

    def read(self, size: int = _PIECE) -> bytes:
        """Return at most `size` bytes, fewer only at the end or between chunks; none: it is over.

        Raises:
            BodyTooLargeError: There is more than `BODY_LIMIT`.
            ValueError: A chunk is malformed, or the connection ended too early.
        """
        piece = self._next(size)
        self._total += len(piece)
        if self._total > BODY_LIMIT:
            raise BodyTooLargeError
        return piece

    def read_all(self) -> bytes:
        """Return all of it. Raises as `read` does."""
        return b"".join(iter(self.read, b""))

    def drain(self) -> None:
        """Read what is left and forget it, or the client would see a reset before the answer."""
        while self._next(_PIECE):
            pass

    def _next(self, size: int) -> bytes:
        if self._ended:
            return b""
        if self._chunked and self._left == 0:
            self._left = int(self._stream.readline(_PIECE).partition(b";")[0].strip() or b"0", 16)
            if self._left == 0:
                while self._stream.readline(_PIECE).strip():
                    pass  # trailers
                self._ended = True
                return b""
        piece = self._stream.read(min(size, self._left))
        if not piece:
            self._ended = True
            raise ValueError("the connection ended within the body")
        self._left -= len(piece)
        if self._left == 0:
            if self._chunked:
                self._stream.readline(_PIECE)  # the line end after a chunk
            else:
                self._ended = True
        return piece
