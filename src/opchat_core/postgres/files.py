"""Files on their way to Telegram: known in PostgreSQL, their bytes there as well or in a directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import attrs

from opchat_core.model import MessageKey
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query
from opchat_core.postgres.shelf import Shelf, pieces

_ADD_FILE = query("add_file")
_FIND_FILE = query("find_file")
_DROP_FILES = query("drop_files")
_FORGET_FILE_ID = query("forget_file_id")
_SWEEP_FILES = query("sweep_files")
_LIST_FILES = query("list_files")


class FileTable(Base):
    """The part of the repository that keeps files; :class:`~opchat_core.ports.FileRepository` documents it."""

    _shelf: Shelf

    def keep_file(self, content: Iterable[bytes], *, fingerprint: bytes) -> int:
        """See :meth:`opchat_core.ports.FileRepository.keep_file`."""
        number: int = self._database.fetch_value(_ADD_FILE, {"fingerprint": fingerprint, "now": self._now()})
        try:
            for index, piece in enumerate(pieces(content)):
                self._shelf.put(number, index, piece)
        except BaseException:
            self.drop_files([number])
            raise
        return number

    def read_file(self, number: int, *, start: int = 0) -> Iterator[bytes]:
        """See :meth:`opchat_core.ports.FileRepository.read_file`."""
        return self._shelf.read(number, start)

    def find_file(self, key: MessageKey) -> int | None:
        """See :meth:`opchat_core.ports.FileRepository.find_file`."""
        number: int | None = self._database.fetch_value(_FIND_FILE, attrs.asdict(key))
        return number

    def drop_files(self, numbers: Iterable[int]) -> None:
        """See :meth:`opchat_core.ports.FileRepository.drop_files`."""
        gone: list[dict[str, Any]] = self._database.fetch(_DROP_FILES, dict, {"numbers": list(numbers)})
        self._shelf.clear(row["file_number"] for row in gone)  # the others go with messages, or are gone already

    def forget_file_id(self, bot_type: str, number: int) -> None:
        """See :meth:`opchat_core.ports.FileRepository.forget_file_id`."""
        self._database.execute(_FORGET_FILE_ID, {"bot_type": bot_type, "number": number})

    def sweep_files(self, *, orphaned: timedelta, kept: timedelta) -> int:
        """See :meth:`opchat_core.ports.FileRepository.sweep_files`."""
        parameters = {"orphaned": orphaned, "kept": kept, "now": self._now()}
        count: int = self._database.fetch_value(_SWEEP_FILES, parameters)
        found = self._shelf.numbers()
        if found:
            known: list[dict[str, Any]] = self._database.fetch(_LIST_FILES, dict, {"numbers": found})
            self._shelf.clear(set(found) - {row["file_number"] for row in known})
        return count
