"""Chats and messages in PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs
from psycopg.types.json import Jsonb

from opchat_core.errors import MessageNotFound, UserNotFound
from opchat_core.model import (
    Chat,
    ChatCounts,
    ChatStatus,
    Cursor,
    Message,
    MessageKey,
    Reaction,
    Received,
    fold,
)
from opchat_core.model.rules import MAX_ID
from opchat_core.ports import Change, MessageVersion
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query
from opchat_core.postgres.rows import to_chat, to_message, to_outcome, to_version

_FIND_CHAT = query("find_chat")
_LIST_CHATS = query("list_chats")
_FINGERPRINT_CHATS = query("fingerprint_chats")
_SEARCH_CHATS = query("search_chats")
_COUNT_CHATS = query("count_chats")
_REACT = query("react")
_SET_STATUS = query("set_status")
_MARK_READ = query("mark_read")
_SET_BLOCKED = query("set_blocked")
_FORGET_CHAT = query("forget_chat")
_LOCK_IDLE = query("lock_idle")
_LIST_BOT_TYPES = query("list_bot_types")
_FIND_MESSAGE = query("find_message")
_LIST_MESSAGES = query("list_messages")
_LIST_CHANGES = query("list_changes")
_LIST_VERSIONS = query("list_versions")
_STREAM_MESSAGES = query("stream_messages")

SEARCH_LIMIT = timedelta(seconds=5)
"""How long a search may take: words that match nearly everybody must not hold connections for long."""

_LAST = sys.maxsize
"""Above every ``seq`` and user id."""


class Chats(Base):
    """Keeps chats and messages; :class:`~opchat_core.ports.ChatRepository` documents it."""

    def react(self, reaction: Reaction) -> Received:
        """See :meth:`opchat_core.ports.ChatRepository.react`."""
        found = self._database.fetch_one(
            _REACT,
            to_outcome,
            {
                "user_id": reaction.user_id,
                "bot_type": reaction.bot_type,
                "telegram_message_id": reaction.telegram_message_id,
                "reactions": Jsonb(reaction.reactions),
                "reacted_at": reaction.reacted_at,
                "now": self._now(),
            },
        )
        outcome, message = found or ("", None)
        if outcome == "no_chat":
            raise UserNotFound("There is no chat with this user.")
        if message is None:
            raise MessageNotFound("The chat has no message with this number of Telegram.")
        if outcome == "changed":
            self._changed(Change(message.user_id, message.bot_type, message.revision))
        return Received(message, duplicate=outcome == "duplicate")

    def find_chat(self, user_id: int, bot_type: str) -> Chat | None:
        """See :meth:`opchat_core.ports.ChatRepository.find_chat`."""
        return self._database.fetch_one(_FIND_CHAT, to_chat, {"user_id": user_id, "bot_type": bot_type})

    def list_chats(
        self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_chats`."""
        return tuple(self._database.fetch(_LIST_CHATS, to_chat, _page(bot_type, status, limit, cursor)))

    def fingerprint_chats(self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None) -> str:
        """See :meth:`opchat_core.ports.ChatRepository.fingerprint_chats`."""
        found: str = self._database.fetch_value(_FINGERPRINT_CHATS, _page(bot_type, status, limit, cursor))
        return found

    def search_chats(
        self, bot_type: str, *, status: ChatStatus | None, search: str, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.search_chats`."""
        words = fold(search)
        is_id = words.isascii() and words.isdigit() and int(words) <= MAX_ID
        parameters = _page(bot_type, status, limit, cursor) | {
            "pattern": f"%{_literal(words)}%",
            "user_id": int(words) if is_id else None,
        }
        return tuple(self._database.fetch_within(SEARCH_LIMIT, _SEARCH_CHATS, to_chat, parameters))

    def count_chats(self, bot_type: str) -> ChatCounts:
        """See :meth:`opchat_core.ports.ChatRepository.count_chats`."""
        return self._database.fetch_one(_COUNT_CHATS, ChatCounts, {"bot_type": bot_type}) or ChatCounts(0, 0)

    def set_status(self, user_id: int, bot_type: str, status: ChatStatus) -> Chat | None:
        """See :meth:`opchat_core.ports.ChatRepository.set_status`."""
        parameters = {"user_id": user_id, "bot_type": bot_type, "status": status.value, "now": self._now()}
        return self._after(self._database.fetch_value(_SET_STATUS, parameters), user_id, bot_type)

    def mark_read(self, user_id: int, bot_type: str, seq: int) -> Chat | None:
        """See :meth:`opchat_core.ports.ChatRepository.mark_read`."""
        parameters = {"user_id": user_id, "bot_type": bot_type, "seq": seq}
        return self._after(self._database.fetch_value(_MARK_READ, parameters), user_id, bot_type)

    def set_blocked(self, user_id: int, bot_type: str, *, blocked: bool) -> Chat | None:
        """See :meth:`opchat_core.ports.ChatRepository.set_blocked`."""
        parameters = {"user_id": user_id, "bot_type": bot_type, "blocked": blocked}
        return self._after(self._database.fetch_value(_SET_BLOCKED, parameters), user_id, bot_type)

    def forget_chat(self, user_id: int, bot_type: str) -> int:
        """See :meth:`opchat_core.ports.ChatRepository.forget_chat`."""
        count: int = self._database.fetch_value(_FORGET_CHAT, {"user_id": user_id, "bot_type": bot_type})
        self._changed(Change(user_id, bot_type, 0))
        return count

    def lock_idle(self, *, idle_for: timedelta) -> tuple[int, str] | None:
        """See :meth:`opchat_core.ports.ChatRepository.lock_idle`."""
        parameters = {"idle_for": idle_for, "now": self._now()}
        row: dict[str, Any] | None = self._database.fetch_one(_LOCK_IDLE, dict, parameters)
        return (row["user_id"], row["bot_type"]) if row else None

    def list_bot_types(self, user_id: int) -> tuple[str, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_bot_types`."""
        rows: list[dict[str, str]] = self._database.fetch(_LIST_BOT_TYPES, dict, {"user_id": user_id})
        return tuple(row["bot_type"] for row in rows)

    def find_message(self, key: MessageKey) -> Message | None:
        """See :meth:`opchat_core.ports.ChatRepository.find_message`."""
        return self._database.fetch_one(_FIND_MESSAGE, to_message, attrs.asdict(key))

    def list_messages(
        self, user_id: int, bot_type: str, *, before: int | None, limit: int | None
    ) -> tuple[Message, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_messages`."""
        parameters = {
            "user_id": user_id,
            "bot_type": bot_type,
            "before": _LAST if before is None else before,
            "limit": limit,
        }
        return tuple(reversed(self._database.fetch(_LIST_MESSAGES, to_message, parameters)))

    def list_changes(self, user_id: int, bot_type: str, *, after: int) -> tuple[Message, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_changes`."""
        parameters = {"user_id": user_id, "bot_type": bot_type, "after": after}
        return tuple(self._database.fetch(_LIST_CHANGES, to_message, parameters))

    def list_versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_versions`."""
        return tuple(self._database.fetch(_LIST_VERSIONS, to_version, attrs.asdict(key)))

    def stream_messages(self, user_id: int, bot_type: str) -> Iterator[Message]:
        """See :meth:`opchat_core.ports.Store.stream_messages`."""
        return self._database.stream(_STREAM_MESSAGES, to_message, {"user_id": user_id, "bot_type": bot_type})

    def _after(self, found: bool, user_id: int, bot_type: str) -> Chat | None:  # noqa: FBT001 - as the query says it
        """Read a chat after a change of it and pass the hint on."""
        chat = self.find_chat(user_id, bot_type) if found else None
        if chat:
            self._changed(Change(user_id, bot_type, chat.revision))
        return chat


def _page(bot_type: str, status: ChatStatus | None, limit: int, cursor: Cursor | None) -> dict[str, Any]:
    before_at: datetime | str = cursor.last_message_at if cursor else "infinity"
    return {
        "bot_type": bot_type,
        "open": status is not ChatStatus.CLOSED,
        "closed": status is not ChatStatus.OPEN,
        "before_at": before_at,
        "before_id": cursor.user_id if cursor else _LAST,
        "limit": limit,
    }


def _literal(words: str) -> str:
    """Make every character of a ``LIKE`` pattern stand for itself."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
