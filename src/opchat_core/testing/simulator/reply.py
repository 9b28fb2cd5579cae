"""What goes back over the wire, whole or broken on purpose."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from attrs import Factory, evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .blobs import Blob
    from .values import Json

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Breakage(Enum):
    """How much of a reply is sent before the connection is cut."""

    NONE = auto()
    MIDWAY = auto()  # the head and half of the body that the head promises
    ALL = auto()  # not one byte


@frozen
class Piece:
    """A body that is read while it is sent: the bytes of a blob from `start` up to `end`."""

    blob: Blob
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@frozen
class Reply:
    """An HTTP response."""

    status: int
    body: bytes | Piece
    content_type: str = "application/json"
    headers: dict[str, str] = Factory(dict)
    breakage: Breakage = Breakage.NONE

    def chunks(self) -> Iterator[bytes]:
        """Return what is sent of the body, piece by piece."""
        body = self.first_half() if self.breakage is Breakage.MIDWAY else self.body
        return iter((body,)) if isinstance(body, bytes) else body.blob.chunks(body.start, body.end)

    def first_half(self) -> bytes | Piece:
        """Return the first half of the body."""
        if isinstance(self.body, bytes):
            return self.body[: len(self.body) // 2]
        return evolve(self.body, end=self.body.start + len(self.body) // 2)


def json_reply(status: int, value: object) -> Reply:
    """Return a response with a JSON body."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def error_reply(status: int, message: str) -> Reply:
    """Return an error of the control API: `{"error": message}`."""
    body: Json = {"error": message}
    return json_reply(status, body)


def file_reply(blob: Blob, wanted: str, content_type: str, headers: dict[str, str] | None = None) -> Reply:
    """Return a file, or the one range of it that a `Range` header asks for (RFC 9110, 14.2).

    A header that is malformed or asks for several ranges counts as none; a range outside of the file is 416.
    """
    headers = {**(headers or {}), "Accept-Ranges": "bytes"}
    found = _RANGE.fullmatch(wanted.strip())
    if not found or not any(found.groups()):
        return Reply(200, Piece(blob, 0, blob.size), content_type, headers)
    first, last = found.groups()
    start = int(first) if first else max(0, blob.size - int(last))
    end = min(int(last) + 1, blob.size) if first and last else blob.size
    if start >= end:
        return Reply(416, b"", content_type, {**headers, "Content-Range": f"bytes */{blob.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{blob.size}"
    return Reply(206, Piece(blob, start, end), content_type, headers)
