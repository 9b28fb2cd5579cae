"""Bytes that somebody sent: small ones in memory, larger ones in a temporary file that has no name.

A file without a name is gone when it is closed, whatever ends the program, so nothing is left behind on the disk.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY_LIMIT = 256 * 1024
CHUNK = 64 * 1024


class Blob:
    """Bytes that are written once and then read from any thread, from any place.

    Attributes:
        size: In bytes.
        kept: Whether the simulator has stored it; what is not kept is closed when its call has been answered.
    """

    def __init__(self, data: bytes = b"") -> None:
        self.size = 0
        self.kept = False
        self._lock = Lock()
        self._file: IO[bytes] = SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115 - `close` closes it
        self.append(data)

    def append(self, data: bytes) -> None:
        """Write at the end."""
        self._file.write(data)
        self.size += len(data)

    def keep(self) -> Self:
        """Say that it is stored from now on."""
        self.kept = True
        return self

    def read(self, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from `start` on, or all there are."""
        with self._lock:
            self._file.seek(start)
            return self._file.read(-1 if length is None else length)

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Return the bytes from `start` up to `end` in pieces, never all at once."""
        stop = self.size if end is None else end
        while start < stop and (piece := self.read(start, min(CHUNK, stop - start))):
            yield piece
            start += len(piece)

    def close(self) -> None:
        """Forget the bytes."""
        with self._lock:
            self._file.close()
