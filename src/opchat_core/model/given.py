"""Keyword arguments of the everyday calls, typed, so that an editor knows them and a type checker finds a slip.

They are the fields of :class:`~opchat_core.IncomingMessage` and :class:`~opchat_core.Answer` with all that their
converters take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from opchat_core.model.formatting import Button, Quote
from opchat_core.model.message import Media
from opchat_core.model.upload import Upload
from opchat_core.model.words import Direction, MessageType

Json = Mapping[str, Any]


class MessageFields(TypedDict, total=False):
    """What ``OperatorChat.receive`` takes beside user and text; see :class:`~opchat_core.IncomingMessage`."""

    message_type: MessageType | str
    bot_type: str
    direction: Direction | str
    telegram_message_id: int | None
    update_id: int | None
    first_name: str | None
    last_name: str | None
    username: str | None
    language_code: str | None
    created_at: datetime | str | float | None
    media: Media | Json | None
    reply_to_telegram_message_id: int | None
    media_group_id: str | None
    entities: Sequence[Json]
    payload: Json | None
    context: Json | None
    edited: bool


class AnswerFields(TypedDict, total=False):
    """What ``OperatorChat.reply`` takes beside user and text; see :class:`~opchat_core.Answer`."""

    entities: Sequence[Json]
    client_message_id: str | None
    reply_to: int | None
    quote: Quote | Json | None
    buttons: Sequence[Sequence[Button | Json]]
    last_seen_seq: int | None
    files: Sequence[Upload]
