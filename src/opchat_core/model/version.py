"""What a message was before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from opchat_core.model.message import Media
from opchat_core.model.wire import iso_time, media_to_json
from opchat_core.model.words import MessageType


@frozen
class MessageVersion:
    """What a message was before an edit, or before a later version of the program understood it.

    Attributes:
        text: The text or caption.
        written_at: When it was written.
        message_type: What it was.
        entities: Telegram's MessageEntity objects over ``text``.
        media: The file it had.
        payload: As of a :class:`~opchat_core.model.Message`.
        number: Names it among the versions of its message: 1, 2, 3 and so on, in the order in which they were replaced.
    """

    text: str
    written_at: datetime
    message_type: MessageType = field(default=MessageType.TEXT, converter=MessageType)
    entities: tuple[Mapping[str, Any], ...] = ()
    media: Media | None = None
    payload: Mapping[str, Any] | None = None
    number: int = field(default=0, eq=False)


def version_to_json(version: MessageVersion) -> dict[str, Any]:
    """Write a ``Version``."""
    return {
        "version": version.number,
        "messageType": version.message_type,
        "messageText": version.text,
        "entities": list(version.entities),
        "media": version.media and media_to_json(version.media),
        "payload": version.payload,
        "writtenAt": iso_time(version.written_at),
    }
