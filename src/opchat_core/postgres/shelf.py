"""Where the bytes of outgoing files are: in a table, which every machine that sends can read, or in a directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from opchat_core.errors import Unavailable
from opchat_core.postgres.database import Database
from opchat_core.postgres.queries import query

PIECE = 256 * 1024
"""Bytes of a piece, all but the last of a file; what one reader or writer has in memory."""

_ADD_CHUNK = query("add_chunk")
_READ_CHUNK = query("read_chunk")


class Shelf(Protocol):
    """Keeps the bytes of files by number."""

    def put(self, number: int, index: int, piece: bytes) -> None:
        """Store a piece, durably, the pieces of a file one after the other."""
        ...

    def read(self, number: int, start: int) -> Iterator[bytes]:
        """Read from a position on; nothing when there is no such file."""
        ...

    def clear(self, numbers: Iterable[int]) -> None:
        """Erase files; some may be gone already."""
        ...

    def numbers(self) -> list[int]:
        """Name the files whose bytes do not go by themselves when the store forgets the file."""
        ...


def pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """Cut bytes anew, into pieces of :data:`PIECE`."""
    waiting = bytearray()
    for some in content:
        waiting += some
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)


class TableShelf:
    """Keeps pieces in ``opchat.file_chunks``; they go with the row of their file.

    Each piece is read by a query of its own: no connection is held while a slow network takes the one before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, number: int, index: int, piece: bytes) -> None:
        """See :meth:`Shelf.put`."""
        self._database.execute(_ADD_CHUNK, {"number": number, "chunk": index, "content": piece})

    def read(self, number: int, start: int) -> Iterator[bytes]:
        """See :meth:`Shelf.read`."""
        index, skipped = divmod(start, PIECE)
        while piece := self._piece(number, index):
            yield piece[skipped:]
            index, skipped = index + 1, 0

    def _piece(self, number: int, index: int) -> bytes | None:
        return self._database.fetch_one(_READ_CHUNK, _content, {"number": number, "chunk": index})

    def clear(self, numbers: Iterable[int]) -> None:
        """Nothing is left to do: the pieces go with the row of their file."""

    def numbers(self) -> list[int]:
        """None: the same."""
        return []


def _content(content: bytes) -> bytes:
    return content


class DirectoryShelf:
    """Keeps each file as one in a directory, which all machines that send must see.

    Args:
        directory: It is made where it is missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, number: int, index: int, piece: bytes) -> None:
        """See :meth:`Shelf.put`."""
        try:
            with self._path(number).open("ab" if index else "wb") as file:
                file.write(piece)
        except OSError as error:
            raise Unavailable("The file cannot be stored for now.") from error

    def read(self, number: int, start: int) -> Iterator[bytes]:
        """See :meth:`Shelf.read`."""
        try:
            with self._path(number).open("rb") as file:
                file.seek(start)
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError:
            return
        except OSError as error:
            raise Unavailable("The file cannot be read for now.") from error

    def clear(self, numbers: Iterable[int]) -> None:
        """See :meth:`Shelf.clear`."""
        for number in numbers:
            with suppress(FileNotFoundError):
                self._path(number).unlink()

    def numbers(self) -> list[int]:
        """See :meth:`Shelf.numbers`."""
        return [int(path.stem) for path in self._directory.glob("*.file") if path.stem.isdecimal()]

    def _path(self, number: int) -> Path:
        return self._directory / f"{number}.file"
