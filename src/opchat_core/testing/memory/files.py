"""Files on their way to Telegram, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from opchat_core.model import DeliveryStatus, Message, MessageKey
from opchat_core.ports import OutgoingFile
from opchat_core.testing.memory.base import InMemoryBase
from opchat_core.testing.memory.tables import KnownFile, StoredFile

KNOWN = timedelta(days=90)
"""How long the name of a file that is not sent again is remembered."""

_UNDER_WAY = {DeliveryStatus.QUEUED, DeliveryStatus.SENDING}


class InMemoryFiles(InMemoryBase):
    """A :class:`~opchat_core.ports.FileRepository`."""

    def keep_file(self, content: Iterable[bytes], *, fingerprint: bytes) -> int:
        """Store a file; its number."""
        kept = b"".join(content)
        with self._lock:
            self._tables.files_made += 1
            self._tables.files[self._tables.files_made] = StoredFile(fingerprint, kept, self._clock.now())
            return self._tables.files_made

    def read_file(self, number: int, *, start: int = 0) -> Iterator[bytes]:
        """Read the bytes of a file from a position on."""
        with self._lock:
            file = self._tables.files.get(number)
        if file and file.content[start:]:
            yield file.content[start:]

    def find_file(self, key: MessageKey) -> int | None:
        """Look up the number of the file that is kept for a message."""
        with self._lock:
            return next((number for number, file in self._tables.files.items() if file.key == key), None)

    def drop_files(self, numbers: Iterable[int]) -> None:
        """Erase files that no message goes with."""
        with self._lock:
            for number in numbers:
                if (file := self._tables.files.get(number)) and file.key is None:
                    del self._tables.files[number]

    def forget_file_id(self, bot_type: str, number: int) -> None:
        """Forget what Telegram calls the same file as one that is kept."""
        with self._lock:
            if file := self._tables.files.get(number):
                self._tables.known_files.pop((bot_type, file.fingerprint), None)

    def sweep_files(self, *, orphaned: timedelta, kept: timedelta) -> int:
        """Erase what nobody will send any more; returns how many files went."""
        with self._lock:
            now = self._clock.now()
            gone = [
                number
                for number, file in self._tables.files.items()
                if (file.key is None and file.created_at < now - orphaned)
                or (file.created_at < now - kept and not self._is_under_way(file.key))
            ]
            for number in gone:
                del self._tables.files[number]
            known = self._tables.known_files
            self._tables.known_files = {key: file for key, file in known.items() if file.used_at >= now - KNOWN}
            return len(gone)

    def _is_under_way(self, key: MessageKey | None) -> bool:
        chat = self._tables.chats.get((key.user_id, key.bot_type)) if key else None
        entry = chat.entry(key.seq) if key and chat else None
        return entry is not None and entry.status in _UNDER_WAY

    def _are_free(self, numbers: Sequence[int]) -> bool:
        """Whether files are kept and go with no message yet, each named once."""
        files = [self._tables.files.get(number) for number in numbers]
        return len({*numbers}) == len(numbers) and all(file and file.key is None for file in files)

    def _file_of(self, message: Message) -> OutgoingFile | None:
        """Find the file that goes with a message."""
        number = self.find_file(message.key)
        if number is None:
            return None
        known = self._tables.known_files.get((message.bot_type, self._tables.files[number].fingerprint))
        return OutgoingFile(number, known.file_id if known else None, lambda: self.read_file(number))

    def _arrived(self, message: Message) -> None:
        """Keep the file of a message no longer, and remember what Telegram calls it."""
        number = self.find_file(message.key)
        if number is not None:
            file = self._tables.files.pop(number)
            if message.media and message.media.file_id:
                known = KnownFile(message.media.file_id, self._clock.now())
                self._tables.known_files[message.bot_type, file.fingerprint] = known
