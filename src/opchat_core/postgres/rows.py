"""Rows become values here and nowhere else.

Each function takes the columns by name and ignores those that it does not know: while a newer version brings the schema
forward, this one goes on working.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import attrs

from opchat_core.model import (
    Chat,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Media,
    Message,
    PendingChange,
    Reactions,
    User,
)
from opchat_core.ports import Backlog, MessageVersion, OutgoingFile, Parcel


def media_values(media: Media) -> dict[str, Any]:
    """Write a file for its column: what is known of it."""
    return {name: value for name, value in attrs.asdict(media).items() if value is not None}


def to_delivery(
    status: str | None, code: str | None, message: str | None, attempts: int, next_attempt_at: datetime | None
) -> Delivery | None:
    """Build the delivery of a message, if it has one."""
    if status is None:
        return None
    error = DeliveryError(code, message or "") if code else None
    return Delivery(DeliveryStatus(status), error, attempts, next_attempt_at)


def to_change(requested_at: str, code: str | None = None, message: str | None = None, **change: Any) -> PendingChange:
    """Build what an operator wants of a message from its column ``change``."""
    known = {name: value for name, value in change.items() if name in attrs.fields_dict(PendingChange)}
    error = DeliveryError(code, message or "") if code else None
    known["entities"] = tuple(known.get("entities") or ())
    return PendingChange(requested_at=datetime.fromisoformat(requested_at), error=error, **known)


def to_message(  # noqa: PLR0917 - called with names only, by psycopg
    user_id: int,
    bot_type: str,
    seq: int,
    direction: Any,
    verified: bool,  # noqa: FBT001 - a column
    message_type: Any,
    message_text: str,
    entities: Any,
    media: dict[str, Any] | None,
    payload: dict[str, Any] | None,
    context: dict[str, Any] | None,
    reactions: dict[str, Any] | None,
    telegram_message_id: int | None,
    reply_to: int | None,
    media_group_id: str | None,
    created_at: datetime,
    edited_at: datetime | None,
    deleted_at: datetime | None,
    operator: str | None,
    client_message_id: str | None,
    revision: int,
    delivery_status: str | None,
    error_code: str | None,
    error_message: str | None,
    attempts: int,
    next_attempt_at: datetime | None,
    buttons: Any,
    sent_at: datetime | None,
    change: dict[str, Any] | None,
    **_newer: object,
) -> Message:
    """Build a message from a row of ``opchat.chat_messages``."""
    return Message(
        user_id=user_id,
        bot_type=bot_type,
        seq=seq,
        direction=direction,
        verified=verified,
        message_type=message_type,
        text=message_text,
        entities=entities or (),
        media=Media(**media) if media else None,
        payload=payload,
        context=context,
        reactions=Reactions(**{side: tuple(given) for side, given in (reactions or {}).items()}),
        telegram_message_id=telegram_message_id,
        reply_to=reply_to,
        media_group_id=media_group_id,
        created_at=created_at,
        edited_at=edited_at,
        deleted_at=deleted_at,
        operator=operator,
        client_message_id=client_message_id,
        revision=revision,
        delivery=to_delivery(delivery_status, error_code, error_message, attempts, next_attempt_at),
        buttons=buttons or (),
        sent_at=sent_at,
        pending_change=to_change(**change) if change else None,
    )


def to_parcel(
    read: Callable[[int], Iterator[bytes]],
    quoted: int | None,
    file_number: int | None,
    known_file_id: str | None,
    **message: Any,
) -> Parcel:
    """Build what a worker takes to Telegram from a row of ``claim``, and a way to read files."""
    file = None if file_number is None else OutgoingFile(file_number, known_file_id, partial(read, file_number))
    return Parcel(to_message(**message), quoted, file)


def to_version(  # noqa: PLR0917 - called with names only, by psycopg
    text: str,
    written_at: datetime,
    message_type: Any,
    entities: Any,
    media: dict[str, Any] | None,
    payload: dict[str, Any] | None,
    number: int,
) -> MessageVersion:
    """Build what a message was before from a row of ``opchat.message_versions``."""
    file = Media(**media) if media else None
    return MessageVersion(text, written_at, message_type, tuple(entities or ()), file, payload, number)


def to_chat(  # noqa: PLR0917 - called with names only, by psycopg
    chat_user_id: int,
    chat_bot_type: str,
    chat_status: Any,
    chat_unread_count: int,
    chat_revision: int,
    chat_last_message_at: datetime,
    chat_blocked_by_user: bool,  # noqa: FBT001 - a column
    first_name: str | None,
    last_name: str | None,
    username: str | None,
    language_code: str | None,
    **message: Any,
) -> Chat:
    """Build a chat from a row of the view ``opchat.chats``, whose other columns are its newest message."""
    return Chat(
        user=User(chat_user_id, first_name, last_name, username, language_code),
        bot_type=chat_bot_type,
        status=chat_status,
        unread_count=chat_unread_count,
        last_message=to_message(**message) if message["seq"] is not None else None,
        revision=chat_revision,
        last_message_at=chat_last_message_at,
        blocked_by_user=chat_blocked_by_user,
    )


def to_outcome(outcome: str, seq: int | None, **message: Any) -> tuple[str, Message | None]:
    """Build the answer of a function that returns ``outcome`` and, mostly, a message."""
    return outcome, to_message(seq=seq, **message) if seq is not None else None


def to_backlog(  # noqa: PLR0917 - called with names only, by psycopg
    queued: int,
    sending: int,
    unknown: int,
    oldest_queued_age: timedelta | None,
    pause_reason: str | None,
    wait_reason: str | None,
) -> Backlog:
    """Build the sum of what waits."""
    return Backlog(queued, sending, unknown, oldest_queued_age, pause_reason, wait_reason)
