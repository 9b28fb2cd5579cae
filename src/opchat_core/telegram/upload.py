"""A file as HTTP clients want one, that is never whole in memory."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from time import monotonic

from opchat_core.errors import Unavailable
from opchat_core.model import Media
from opchat_core.ports import OutgoingFile

SLOWEST = 128 * 1024
"""Bytes a second that an upload must reach; the lease of an answer with files counts on it."""


class NotSent(Exception):
    """The request broke off before all of it was sent: Telegram cannot have accepted it."""


class UploadReader:
    """Reads a file that is kept for a message, from its beginning to its end.

    Args:
        file: The file.
        media: What is known of it.
        deadline: When the upload of it must be over, by the monotonic clock.
    """

    def __init__(self, file: OutgoingFile, media: Media, deadline: float) -> None:
        self.size = media.file_size or 0
        self._file = file
        self._deadline = deadline
        self._pieces: Iterator[bytes] | None = None
        self._rest = b""
        self._given = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether all of it was read, so that it may have arrived."""
        return self._given >= self.size

    def read(self, size: int = -1) -> bytes:
        """Read some bytes; none at the end.

        Raises:
            NotSent: If it takes too long, or cannot be read.
        """
        if monotonic() > self._deadline:
            raise NotSent("The connection to Telegram is too slow for this file.")
        if not self._rest:
            self._rest = self._next()
        piece = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(piece) :]
        self._given += len(piece)
        return piece

    def _next(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._file.read()
        try:
            piece = next(self._pieces, b"")
        except Unavailable as error:
            raise NotSent(str(error)) from error
        if not piece and not self.is_exhausted:
            raise NotSent("The file is not kept any more.")
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to the beginning, or say where the end is: what a client does to learn the length.

        Raises:
            UnsupportedOperation: If it is to begin anew in the middle.
        """
        if whence == os.SEEK_END:
            return self.size
        if offset != self._given:
            raise io.UnsupportedOperation("only forward")
        return offset

    def tell(self) -> int:
        """Where it is."""
        return self._given
