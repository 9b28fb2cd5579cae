"""Reading the size of a picture from its head, and making a small plain one."""

from __future__ import annotations

import struct
import zlib

HEAD = 256 * 1024
"""Bytes from the start of a picture within which its size is told."""

SIDES = (90, 320, 800, 1280)
"""The longest sides of the smaller copies that Telegram keeps of a photo."""

_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_FRAME_HEADS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, JPEG, GIF or WebP in pixels, or `None` for anything else.

    Args:
        head: The first `HEAD` bytes, or all.
    """
    size: tuple[int, int] | None = None
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            size = struct.unpack(">II", head[16:24])
        elif head.startswith(b"GIF8"):
            size = struct.unpack("<HH", head[6:10])
        elif head.startswith(b"\xff\xd8\xff"):
            size = _jpeg_size(head)
        elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            size = _webp_size(head)
    except (struct.error, IndexError):
        return None  # it ends before it tells
    return size if size and all(size) else None


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return a size with the same proportions whose longer side is at most `side`."""
    factor = min(1.0, side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def plain_picture(size: tuple[int, int]) -> bytes:
    """Return a grey PNG: what stands in for a thumbnail that Telegram would have made."""
    width, height = size
    rows = (b"\0" + b"\x9a" * width) * height

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b""))
    )


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at < len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker in _FRAME_HEADS:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    chunk = head[12:16]
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None
