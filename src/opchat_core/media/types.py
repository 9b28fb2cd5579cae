"""What a file is: its type and its name, from what the sender's device told and from its first bytes."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

from opchat_core.model import Message, MessageType

UNKNOWN = "application/octet-stream"
"""The type of what nobody knows (RFC 2046)."""

HEAD = 16
"""Bytes at the beginning of a file that :func:`content_type` looks at."""

STICKER = "application/x-tgsticker"
"""Telegram's type of animated stickers: Lottie, compressed by gzip."""

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII)

# (where, what, type): https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1f\x8b", STICKER),
)

_BY_KIND = {
    MessageType.PHOTO: "image/jpeg",
    MessageType.VIDEO: "video/mp4",
    MessageType.ANIMATION: "video/mp4",
    MessageType.VIDEO_NOTE: "video/mp4",
    MessageType.VOICE: "audio/ogg",
    MessageType.AUDIO: "audio/mpeg",
    MessageType.STICKER: "image/webp",
    MessageType.GAME: "image/jpeg",
}


def content_type(message: Message, head: bytes, *, thumbnail: bool = False) -> str:
    """Say of what type a file is, in lower case and without parameters.

    Args:
        message: The message that it belongs to.
        head: Its first :data:`HEAD` bytes.
        thumbnail: It is not the file itself but a small picture of it.
    """
    told = "" if thumbnail or message.media is None else (message.media.mime_type or "").partition(";")[0]
    if _TYPE.fullmatch(told.strip().lower()):
        return told.strip().lower()
    if message.message_type is MessageType.DOCUMENT and not thumbnail:
        return UNKNOWN  # the sender's device did not know, and this is no picture that a page would draw
    found = (kind for at, mark, kind in _SIGNATURES if head[at : at + len(mark)] == mark)
    return next(found, "image/jpeg" if thumbnail else _BY_KIND.get(message.message_type, UNKNOWN))


def file_name(message: Message, kind: str, *, thumbnail: bool = False) -> str:
    """Say what a file is called: as the sender's device named it, or by what it is and where it was said.

    No path, no line break, and nothing that turns the order of letters around, so that it is what it looks like.

    Args:
        message: The message that it belongs to.
        kind: Its type.
        thumbnail: It is not the file itself but a small picture of it.
    """
    told = "" if thumbnail or message.media is None else message.media.file_name or ""
    clean = "".join("_" if _is_tricky(character) else character for character in told).strip(" .")
    if clean:
        return clean
    ending = ".tgs" if kind == STICKER else mimetypes.guess_extension(kind) or ""
    what = "thumbnail" if thumbnail else str(message.message_type)
    return f"{what}-{message.user_id}-{message.seq}{ending}"


def _is_tricky(character: str) -> bool:
    return character in "/\\" or unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"}
