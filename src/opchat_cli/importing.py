"""Bringing the chats of an older installation in: each message once, however often it is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from opchat_core import ChatStatus, Direction, IncomingMessage, Message, MessageType, OperatorChat
from opchat_core.errors import InvalidInput
from opchat_core.model import OPERATOR
from opchat_core.postgres import LegacyChat, LegacyTables

_OUT = frozenset({"out", "outgoing", "outbound", "operator", "bot"})
_HAS_OFFSET = re.compile(r"(Z|[+-]\d\d(:?\d\d)?)$")
_NAMES = ("first_name", "last_name", "username", "language_code")

Key = tuple[object, ...]


@frozen
class Imported:
    """What became of one user's chats.

    Attributes:
        user_id: The user.
        messages: Messages that were brought in now.
        known: Messages that were there already.
        refused: Why messages could not be brought in, one sentence each.
    """

    user_id: int
    messages: int
    known: int
    refused: tuple[str, ...]


def import_chats(chat: OperatorChat, tables: LegacyTables, user_ids: list[int]) -> Iterator[Imported]:
    """Bring in the chats of some users, one user after the other.

    A run that is broken off leaves what it has brought in, and the next goes on there. A message is known by Telegram's
    number, or by its time, direction and text where it has none.

    Args:
        chat: Where to.
        tables: Where from.
        user_ids: Whose.
    """
    for user_id in user_ids:
        yield _import_user(chat, tables.read(user_id))


def _import_user(chat: OperatorChat, old: LegacyChat) -> Imported:
    messages, refused = [], []
    for row in old.messages:
        try:
            messages.append(_message(row, old))
        except InvalidInput as error:
            refused.append(f"user {old.user_id}, message of {row.get('created_at')}: {error}")
    there = _keys(chat, old.user_id, {message.bot_type for message in messages})
    fresh = [message for message in messages if _key(message) not in there]
    # Nothing that the older installation does not know of has happened since: then its word about the chat stands.
    untouched = there <= {_key(message) for message in messages}
    closed = old.data.get("operator_chat_status") == ChatStatus.CLOSED
    for place, message in enumerate(fresh):
        stored = chat.take_in(message, verified=True).message
        if place == 0 and closed and untouched and stored.bot_type == OPERATOR:
            chat.close_chat(
                old.user_id, operator="import"
            )  # at once, so that a run that is broken off is finished later
        if closed or stored.direction is Direction.OUT:  # what has been seen to is not unread
            chat.mark_read(old.user_id, stored.seq, bot_type=stored.bot_type)
    return Imported(old.user_id, len(fresh), len(messages) - len(fresh), tuple(refused))


def _keys(chat: OperatorChat, user_id: int, bot_types: set[str]) -> set[Key]:
    known = bot_types.intersection(chat.bot_types(user_id))
    return {_key(message) for bot_type in known for message in chat.history(user_id, bot_type=bot_type)}


def _key(message: Message | IncomingMessage) -> Key:
    """What a message is known by, before it is stored and after."""
    where = (message.bot_type, message.direction)
    if message.telegram_message_id is not None:
        return (*where, message.telegram_message_id)
    return (*where, message.created_at, message.text)


def _message(row: Mapping[str, Any], old: LegacyChat) -> IncomingMessage:
    kind = str(row.get("message_type") or MessageType.TEXT)
    known = kind in set(MessageType)
    number = row.get("telegram_message_id")
    fields: dict[str, Any] = {  # checked and converted by the message itself
        "user_id": old.user_id,
        "text": row.get("message_text") or "",
        "message_type": kind if known else MessageType.UNSUPPORTED,
        "payload": None if known else {"message_type": kind},
        "bot_type": row.get("bot_type") or OPERATOR,
        "direction": Direction.OUT if str(row.get("direction")).lower() in _OUT else Direction.IN,
        "telegram_message_id": number if isinstance(number, int) and number > 0 else None,
        "created_at": _moment(row.get("created_at")),
        **{name: old.user.get(name) for name in _NAMES},
    }
    return IncomingMessage(**fields)


def _moment(told: object) -> str:
    """Read a time as PostgreSQL writes it into JSON; one without a zone is in UTC."""
    text = str(told)
    return text if _HAS_OFFSET.search(text) else f"{text}Z"
