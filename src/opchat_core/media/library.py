"""Finds and opens the file of a message."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from threading import BoundedSemaphore
from typing import BinaryIO

from attrs import frozen

from opchat_core.errors import MediaGone, MediaNotFound, MediaTooLarge, TelegramNotConfigured, Unavailable
from opchat_core.media.temporary import TemporaryFiles
from opchat_core.media.types import HEAD, content_type, file_name
from opchat_core.model import Media, Message, MessageType
from opchat_core.model.bounds import MAX_DOWNLOAD
from opchat_core.ports import FileCache, FileSource

FETCHES = 6
"""Files that one process fetches at once."""

WAITING = 10
"""How many more may wait for that; each of them holds a thread."""

_PATIENCE = 10.0  # seconds that a file waits for its turn
_BUSY = "Too many files are being fetched; come again in a moment."

Outgoing = Callable[[Message, BinaryIO], None]
"""Writes the file of an answer that has not arrived at Telegram; raises ``MediaGone`` where it is here no more."""


@frozen
class OpenMedia:
    """A file, opened for reading; whoever asked closes it.

    Attributes:
        file: At its beginning.
        size: In bytes.
        content_type: Its type, without parameters.
        name: What to save it as.
    """

    file: BinaryIO
    size: int
    content_type: str
    name: str


def _nowhere(message: Message, sink: BinaryIO) -> None:  # noqa: ARG001 - as every Outgoing is called
    raise MediaGone("The file of this answer is here no more.")


class MediaLibrary:
    """Opens files of messages. Thread-safe.

    Only so many threads fetch or wait: more would leave none to other requests while Telegram is slow.

    Args:
        cache: Where fetched files are kept for a while.
        sources: Where they come from, by bot type.
        outgoing: Where those of answers are that have not arrived at Telegram.
    """

    def __init__(
        self,
        cache: FileCache | None = None,
        sources: Mapping[str, FileSource] | None = None,
        *,
        outgoing: Outgoing = _nowhere,
    ) -> None:
        self._cache = cache or TemporaryFiles()
        self._sources = dict(sources or {})
        self._outgoing = outgoing
        self._here = BoundedSemaphore(FETCHES + WAITING)
        self._fetching = BoundedSemaphore(FETCHES)

    def tag(self, message: Message, *, thumbnail: bool = False) -> str:
        """Name the content of a file for good: it never changes under this name.

        Args:
            message: The message that it belongs to.
            thumbnail: A small picture of it in place of the file itself.

        Raises:
            MediaNotFound: If the message has no such file.
        """
        media, file_id = _find(message, thumbnail=thumbnail)
        if file_id is None:
            parts = ["outgoing", str(message.user_id), message.bot_type, str(message.seq), str(message.created_at)]
        elif message.verified and media.file_unique_id and file_id == media.file_id:
            parts = ["unique", media.file_unique_id]
        else:  # what anybody can claim must not stand for what the bot was told
            parts = ["id", message.bot_type, file_id]
        return sha256("\0".join(parts).encode()).hexdigest()

    def open(self, message: Message, *, thumbnail: bool = False) -> OpenMedia:
        """Open a file, fetching it first where it is not here.

        Args:
            message: The message that it belongs to.
            thumbnail: A small picture of it in place of the file itself.

        Raises:
            MediaNotFound: If the message has no such file.
            MediaTooLarge: If it is larger than Telegram gives to a bot.
            MediaGone: If it exists no more.
            TelegramNotConfigured: If there is no token for this bot, or Telegram refuses it.
            Unavailable: If Telegram is away, or too many files are being fetched.
        """
        name = self.tag(message, thumbnail=thumbnail)
        arrived = _find(message, thumbnail=thumbnail)[1] is not None
        cache = self._cache if arrived else TemporaryFiles()  # what has not arrived is kept elsewhere, and not for long
        file = cache.find(name)
        if file is None:
            fetch = self._fetcher(message, thumbnail=thumbnail)
            with self._admitted():
                file = cache.open(name, lambda sink: self._in_turn(fetch, sink))
        try:
            head = file.read(HEAD)
            file.seek(0)
            kind = content_type(message, head, thumbnail=thumbnail)
            size = os.fstat(file.fileno()).st_size
            return OpenMedia(file, size, kind, file_name(message, kind, thumbnail=thumbnail))
        except BaseException:
            file.close()
            raise

    def forget(self, message: Message) -> None:
        """Drop what is kept of a message's files on this machine."""
        if message.media is not None:
            kinds = (False, True) if message.media.thumbnail_file_id else (False,)
            self._cache.remove(self.tag(message, thumbnail=thumbnail) for thumbnail in kinds)

    def _fetcher(self, message: Message, *, thumbnail: bool) -> Callable[[BinaryIO], None]:
        """Make what fetches a file."""
        media, file_id = _find(message, thumbnail=thumbnail)
        if file_id is None:
            return lambda sink: self._write_outgoing(message, sink)
        if not thumbnail and (media.file_size or 0) > MAX_DOWNLOAD:
            raise MediaTooLarge("The file is over 20 MB, more than Telegram gives to a bot; look at it in Telegram.")
        source = self._sources.get(message.bot_type)
        if source is None:
            raise TelegramNotConfigured("There is no bot token, so files cannot be fetched.")
        return lambda sink: source.fetch(file_id, sink)

    def _write_outgoing(self, message: Message, sink: BinaryIO) -> None:
        self._outgoing(message, sink)
        if message.media is not None and message.media.file_size not in {None, sink.tell()}:
            raise MediaGone("The file of this answer is here no more: it has just been sent, or it was given up.")

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        """Be one of those who may fetch a file, or wait until another has fetched it.

        Raises:
            Unavailable: If there are enough of them.
        """
        if not self._here.acquire(blocking=False):
            raise Unavailable(_BUSY)
        try:
            yield
        finally:
            self._here.release()

    def _in_turn(self, fetch: Callable[[BinaryIO], None], sink: BinaryIO) -> None:
        """Fetch a file when it is its turn; who waits for the same file takes no turn from another one.

        Raises:
            Unavailable: If its turn does not come.
        """
        if not self._fetching.acquire(timeout=_PATIENCE):
            raise Unavailable(_BUSY)
        try:
            fetch(sink)
        finally:
            self._fetching.release()


def _find(message: Message, *, thumbnail: bool) -> tuple[Media, str | None]:
    """Find the file of a message, or the small picture of it: what is known of it, and its id where it has one.

    Of a photo that has only one size, that is its small picture, too.
    """
    media = message.media
    if media is None:
        raise MediaNotFound("The message has no file.")
    if not thumbnail or (media.thumbnail_file_id is None and message.message_type is MessageType.PHOTO):
        return media, media.file_id
    if media.thumbnail_file_id is None:
        raise MediaNotFound("There is no small picture of this file.")
    return media, media.thumbnail_file_id
