"""Files of answers: looked at, checked against what Telegram takes, and kept until they have arrived."""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path, PurePath
from typing import IO

from opchat_core.errors import InvalidInput
from opchat_core.model import SENDABLE, MessageType, Upload
from opchat_core.model.pictures import HEAD, kind_of, mime_type_of, sides_of
from opchat_core.model.upload import check_size
from opchat_core.service.base import Base

_PIECE = 256 * 1024
_NAME = 100  # characters of a name that are kept; any disk takes so many
_NAMED_BY_CONTENT = frozenset({"image", "video", "audio"})
_ANYTHING = "application/octet-stream"


class Uploading(Base):
    """Takes files for answers."""

    def upload(
        self,
        file: Path | IO[bytes],
        *,
        file_name: str | None = None,
        mime_type: str | None = None,
        send_as: MessageType | None = None,
    ) -> Upload:
        """Keep a file for an answer: hand what is returned to :meth:`reply` or :meth:`send` as one of its ``files``.

        A file that no answer takes within an hour is erased.

        Args:
            file: Its path, or the file itself, opened for reading bytes; it is read piece by piece, and must know how
                to seek.
            file_name: What the user shall see; by default the name of the path.
            mime_type: Its type, if known; pictures, films and sound are known by their content.
            send_as: What to send it as; by default what its content says.

        Raises:
            FileTooLarge: If it has more bytes than Telegram takes.
            InvalidInput: If it is empty, a photo of a shape that Telegram does not take, or not to be sent as that.
            Unavailable: If the store is away.
        """
        if isinstance(file, Path):
            with file.open("rb") as opened:
                return self.upload(opened, file_name=file_name or file.name, mime_type=mime_type, send_as=send_as)
        head = file.read(HEAD)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        kind = send_as or kind_of(head)
        if kind not in SENDABLE:
            raise InvalidInput.of("as", f"must be one of {', '.join(sorted(SENDABLE))}")
        found = mime_type_of(head)
        name = _clean(file_name or "", kind, found)
        sides = sides_of(head)
        check_size(name, kind, size, sides)
        digest = sha256(f"{kind}\n{name}\n".encode())
        for piece in _pieces(file):
            digest.update(piece)
        file.seek(0)
        number = self._store.keep_file(_pieces(file), fingerprint=digest.digest())
        return Upload(
            number=number,
            kind=kind,
            file_name=name,
            mime_type=found or _plain(mime_type) or mimetypes.guess_type(name)[0] or _ANYTHING,
            size=size,
            width=sides[0] if sides else None,
            height=sides[1] if sides else None,
        )

    def discard(self, uploads: Iterable[Upload]) -> None:
        """Erase files that no answer will take."""
        self._store.drop_files([upload.number for upload in uploads])


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _clean(name: str, kind: MessageType, mime_type: str | None) -> str:
    """Make a name that any device can show and store: the last part of a path, without what ends a line."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(character for character in last if character.isprintable()).strip()
    if not kept:
        return kind.value + (mimetypes.guess_extension(mime_type or "") or "")
    if len(kept) <= _NAME:
        return kept
    ending = PurePath(kept).suffix[:16]
    return kept[: _NAME - len(ending)] + ending


def _plain(mime_type: str | None) -> str | None:
    """Take a type that the caller told, without its parameters, if it looks like one.

    A picture, film or sound that does not look like one is not one.
    """
    told = (mime_type or "").partition(";")[0].strip().lower()
    main, slash, sub = told.partition("/")
    is_one = main.isalpha() and slash and sub and told.isascii() and told.isprintable() and " " not in told
    return told if is_one and len(told) <= _NAME and main not in _NAMED_BY_CONTENT else None
