"""Files that have arrived at Telegram: where they come from, and where they are kept for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol


class FileSource(Protocol):
    """Fetches files that a bot knows by their ids."""

    def fetch(self, file_id: str, sink: BinaryIO) -> None:
        """Write a whole file into ``sink``; what was written counts for nothing when this raises.

        Raises:
            MediaGone: If there is no such file any more.
            MediaTooLarge: If it is larger than a bot may have.
            TelegramNotConfigured: If Telegram refuses the bot's token.
            TelegramUnavailable: If it cannot be had now.
        """
        ...


class FileCache(Protocol):
    """Keeps files for a while, shared by all processes of a machine. Names are letters and digits, at least two."""

    def find(self, name: str) -> BinaryIO | None:
        """Open a file for reading, if it is here."""
        ...

    def open(self, name: str, fetch: Callable[[BinaryIO], None]) -> BinaryIO:
        """Open a file for reading, fetching it first where it is not here; never one that was fetched by half.

        Args:
            name: What it is known by.
            fetch: Writes the file; called once, whatever number of threads and processes ask for the file.

        Raises:
            Unavailable: If there is nowhere to keep it.
        """
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Drop files, whether they are here or not."""
        ...
