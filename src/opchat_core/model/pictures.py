"""What a file is, by its first bytes: what to send it as, its type, and the sides of a picture."""

from __future__ import annotations

import struct

from opchat_core.model.words import MessageType

HEAD = 256 * 1024
"""Bytes that are enough to tell: cameras put long notes before the size of a picture."""

_JPEG, _PNG, _GIF, _WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
_KINDS = {
    _JPEG: MessageType.PHOTO,
    _PNG: MessageType.PHOTO,
    _WEBP: MessageType.PHOTO,
    _GIF: MessageType.ANIMATION,
    "video/mp4": MessageType.VIDEO,
    "audio/mpeg": MessageType.AUDIO,
    "audio/mp4": MessageType.AUDIO,
    "audio/ogg": MessageType.VOICE,
}
_STARTS = {
    b"\xff\xd8\xff": _JPEG,
    b"\x89PNG\r\n\x1a\n": _PNG,
    b"GIF87a": _GIF,
    b"GIF89a": _GIF,
    b"ID3": "audio/mpeg",
}
_FILMS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"MSNV",
    b"dash",
    b"3gp4",
    b"3gp5",
)
_SOUND = (b"M4A ", b"M4B ")
_MPEG_AUDIO = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind_of(head: bytes) -> MessageType:
    """Tell what a file is to be sent as; what Telegram shows in no other way is a document."""
    return _KINDS.get(mime_type_of(head) or "", MessageType.DOCUMENT)


def mime_type_of(head: bytes) -> str | None:
    """Tell the type of a file that is one of the few kinds which matter here; None for any other."""
    for start, mime_type in _STARTS.items():
        if head.startswith(start):
            return mime_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp":
        if head[8:12] in _SOUND:
            return "audio/mp4"
        return "video/mp4" if head[8:12] in _FILMS else None
    if head.startswith(b"OggS") and b"OpusHead" in head[:128]:
        return "audio/ogg"
    return "audio/mpeg" if head.startswith(_MPEG_AUDIO) else None


def sides_of(head: bytes) -> tuple[int, int] | None:
    """Read width and height of a picture, in pixels; None where they cannot be told."""
    try:
        sides = _sides(head)
    except (struct.error, IndexError):
        return None
    return sides if sides and all(sides) else None


def _sides(head: bytes) -> tuple[int, int] | None:
    match mime_type_of(head):
        case "image/jpeg":
            return _sides_of_jpeg(head)
        case "image/png":
            width, height = struct.unpack(">II", head[16:24])
        case "image/gif":
            width, height = struct.unpack("<HH", head[6:10])
        case "image/webp":
            return _sides_of_webp(head)
        case _:
            return None
    return width, height


def _sides_of_jpeg(head: bytes) -> tuple[int, int] | None:
    """Go from marker to marker to the one that tells the size (ITU-T T.81, B.2)."""
    at = 2
    while at < len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _SIZE_MARKERS:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:  # a filling
            at += 1
        else:
            at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def _sides_of_webp(head: bytes) -> tuple[int, int] | None:
    """Read the first chunk, which is of one of three kinds.

    https://developers.google.com/speed/webp/docs/riff_container and RFC 6386, 9.1
    """
    kind = head[12:16]
    if kind == b"VP8X":
        width, width_above, height, height_above = struct.unpack("<HBHB", head[24:30])
        return 1 + (width | width_above << 16), 1 + (height | height_above << 16)
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF
