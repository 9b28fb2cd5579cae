"""A store of files on their way to Telegram."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Protocol

from attrs import field, frozen

from opchat_core.model import MessageKey


@frozen
class OutgoingFile:
    """The file of a message that is to be sent.

    Attributes:
        number: The store's number of it.
        known_file_id: What Telegram calls the same file, which the bot has sent before; None when it must be uploaded.
        read: Reads its bytes, piece by piece; raises :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    number: int
    known_file_id: str | None = None
    read: Callable[[], Iterator[bytes]] = field(default=lambda: iter(()), eq=False, repr=False)


class FileRepository(Protocol):
    """Keeps the bytes of files until they have arrived. No method holds more than a small piece of a file in memory.

    All of them raise :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    def keep_file(self, content: Iterable[bytes], *, fingerprint: bytes) -> int:
        """Store a file, durably; returns its number, by which an answer names it.

        Args:
            content: Its bytes, in pieces of any size.
            fingerprint: The same for the same file of the same kind and name, and for no other.
        """
        ...

    def read_file(self, number: int, *, start: int = 0) -> Iterator[bytes]:
        """Read the bytes of a file from a position on; nothing when it is gone."""
        ...

    def find_file(self, key: MessageKey) -> int | None:
        """Look up the number of the file that is kept for a message."""
        ...

    def drop_files(self, numbers: Iterable[int]) -> None:
        """Erase files that no message goes with."""
        ...

    def forget_file_id(self, bot_type: str, number: int) -> None:
        """Forget what Telegram calls the same file as one that is kept, for it says that it knows no such file."""
        ...

    def sweep_files(self, *, orphaned: timedelta, kept: timedelta) -> int:
        """Erase what nobody will send any more; returns how many files went.

        What Telegram calls a file is forgotten, too, when the file was not sent for 90 days.

        Args:
            orphaned: How long a file may be without a message: its upload may still be under way.
            kept: How long a file is kept for a message that could not be sent.
        """
        ...
