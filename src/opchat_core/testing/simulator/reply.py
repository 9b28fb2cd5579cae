"""What goes back over the wire, whole or broken on purpose."""

from __future__ import annotations

import json
from enum import Enum, auto

from attrs import Factory, frozen

from .values import Json


class Breakage(Enum):
    """How much of a reply is sent before the connection is cut."""

    NONE = auto()
    MIDWAY = auto()  # the head and half of the body that the head promises
    ALL = auto()  # not one byte


@frozen
class Reply:
    """An HTTP response."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = Factory(dict)
    breakage: Breakage = Breakage.NONE


def json_reply(status: int, value: object) -> Reply:
    """Return a response with a JSON body."""
    return Reply(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def error_reply(status: int, message: str) -> Reply:
    """Return an error of the control API: `{"error": message}`."""
    body: Json = {"error": message}
    return json_reply(status, body)
