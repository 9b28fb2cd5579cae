"""Chats and messages in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import attrs

from opchat_core.errors import InvalidInput
from opchat_core.model import (
    Chat,
    ChatCounts,
    ChatStatus,
    Cursor,
    IncomingMessage,
    Message,
    MessageKey,
    Reaction,
    Received,
    ReopenRule,
    User,
    fold,
)
from opchat_core.ports import MessageVersion
from opchat_core.testing.memory.base import InMemoryBase
from opchat_core.testing.memory.chat import StoredChat, is_unsupported
from opchat_core.testing.memory.entry import Entry
from opchat_core.testing.memory.tables import StoredUser

MAX_AHEAD = timedelta(minutes=5)
"""How far ahead a message may claim to be written."""

_NAMES = ("first_name", "last_name", "username", "language_code")


class InMemoryChats(InMemoryBase):
    """A :class:`~opchat_core.ports.ChatRepository`."""

    # Chats

    def receive(
        self, message: IncomingMessage, *, verified: bool, operator: str | None, reopen: ReopenRule
    ) -> Received:
        """Store a message once."""
        now = self._clock.now()
        if message.created_at and message.created_at > now + MAX_AHEAD:
            raise InvalidInput.of("created_at", "must not be more than five minutes ahead")
        with self._lock:
            key = (message.user_id, message.bot_type)
            self._tables.chats.setdefault(key, StoredChat(*key, last_message_at=message.created_at or now))
            with self._step(*key) as chat:
                received = chat.receive(message, verified=verified, operator=operator, reopen=reopen, now=now)
            if not received.duplicate:
                self._remember(message, verified=verified)
            return received

    def receive_all(
        self, messages: Sequence[IncomingMessage], *, verified: bool, reopen: ReopenRule
    ) -> tuple[Received | Exception, ...]:
        """Store many messages, each once."""

        def receive(message: IncomingMessage) -> Received | Exception:
            try:
                return self.receive(message, verified=verified, operator=None, reopen=reopen)
            except Exception as error:  # noqa: BLE001 - its own caller gets it
                return error

        return tuple(map(receive, messages))

    def react(self, reaction: Reaction) -> Received:
        """Store with what the user reacts to a message."""
        with self._step(reaction.user_id, reaction.bot_type) as chat:
            return chat.react(reaction, self._clock.now())

    def list_unsupported(self, *, after: MessageKey | None, limit: int) -> tuple[Message, ...]:
        """Read what the bot handed in as ``unsupported``."""
        begin = attrs.astuple(after) if after else (0, "", 0)
        with self._lock:
            found = [m for chat in self._tables.chats.values() for m in chat.messages if is_unsupported(m)]
        following = (message for message in found if attrs.astuple(message.key) > begin)
        return tuple(sorted(following, key=lambda message: attrs.astuple(message.key))[:limit])

    def reinterpret(self, key: MessageKey, message: IncomingMessage) -> Message | None:
        """Give an ``unsupported`` message its meaning."""
        with self._step_or_none(key.user_id, key.bot_type) as chat:
            return chat.reinterpret(key.seq, message) if chat else None

    def _remember(self, message: IncomingMessage, *, verified: bool) -> None:
        """Refresh the user's record: None leaves a name as it is, an empty one clears it."""
        known = self._tables.users.setdefault(message.user_id, StoredUser(User(message.user_id), verified))
        if verified or not known.verified:
            told: dict[str, Any] = {name: getattr(message, name) for name in _NAMES}
            changes: dict[str, Any] = {name: value or None for name, value in told.items() if value is not None}
            known.user = attrs.evolve(known.user, **changes)
            known.verified = known.verified or verified

    def find_chat(self, user_id: int, bot_type: str) -> Chat | None:
        """Read one chat."""
        with self._lock:
            stored = self._tables.chats.get((user_id, bot_type))
            return self._chat(stored) if stored else None

    def list_chats(
        self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read chats, newest activity first, after the cursor."""
        return self._page(bot_type, status, limit, cursor, search=None)

    def fingerprint_chats(self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None) -> str:
        """Tell in a word what a page and the counts show."""
        page = self.list_chats(bot_type, status=status, limit=limit, cursor=cursor)
        return sha256(repr((page, self.count_chats(bot_type))).encode()).hexdigest()

    def search_chats(
        self, bot_type: str, *, status: ChatStatus | None, search: str, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read the chats of users whose name or username contains ``search``, or whose id it is."""
        return self._page(bot_type, status, limit, cursor, search=fold(search))

    def _page(
        self, bot_type: str, status: ChatStatus | None, limit: int, cursor: Cursor | None, *, search: str | None
    ) -> tuple[Chat, ...]:
        below = (cursor.last_message_at, cursor.user_id) if cursor else None
        with self._lock:
            stored = [
                chat
                for chat in self._tables.chats.values()
                if chat.bot_type == bot_type
                and (status is None or chat.status is status)
                and (below is None or _rank(chat) < below)
                and (search is None or _matches(self._tables.users[chat.user_id].user, search))
            ]
            return tuple(self._chat(chat) for chat in sorted(stored, key=_rank, reverse=True)[:limit])

    def count_chats(self, bot_type: str) -> ChatCounts:
        """Count the chats of a bot by status."""
        with self._lock:
            statuses = [chat.status for chat in self._tables.chats.values() if chat.bot_type == bot_type]
            return ChatCounts(statuses.count(ChatStatus.OPEN), statuses.count(ChatStatus.CLOSED))

    def set_status(self, user_id: int, bot_type: str, status: ChatStatus) -> Chat | None:
        """Open or close a chat; None when there is none."""
        with self._step_or_none(user_id, bot_type) as chat:
            if chat:
                chat.set_status(status, self._clock.now())
            return self._chat(chat) if chat else None

    def mark_read(self, user_id: int, bot_type: str, seq: int) -> Chat | None:
        """Mark everything up to ``seq`` read; None when there is no such chat."""
        with self._step_or_none(user_id, bot_type) as chat:
            if chat:
                chat.mark_read(seq)
            return self._chat(chat) if chat else None

    def set_blocked(self, user_id: int, bot_type: str, *, blocked: bool) -> Chat | None:
        """Record whether the user has blocked the bot; None when there is no such chat."""
        with self._step_or_none(user_id, bot_type) as chat:
            if chat:
                chat.set_blocked(blocked=blocked)
            return self._chat(chat) if chat else None

    def forget_chat(self, user_id: int, bot_type: str) -> int:
        """Erase a chat, and the user with the last one; returns how many messages went."""
        with self._lock:
            chat = self._tables.chats.pop((user_id, bot_type), None)
            keys = {message.key for message in chat.messages} if chat else set()
            self._tables.files = {n: file for n, file in self._tables.files.items() if file.key not in keys}
            if chat is not None and not self.list_bot_types(user_id):
                self._tables.users.pop(user_id, None)
            return len(chat.entries) if chat else 0

    def lock_idle(self, *, idle_for: timedelta) -> tuple[int, str] | None:
        """Find a chat in which nobody has written for that long."""
        with self._lock:
            before = self._clock.now() - idle_for
            idle = (chat for chat in self._tables.chats.values() if chat.last_message_at < before)
            oldest = min(idle, key=lambda chat: chat.last_message_at, default=None)
            return (oldest.user_id, oldest.bot_type) if oldest else None

    def list_bot_types(self, user_id: int) -> tuple[str, ...]:
        """Name the bots that the user has a chat with."""
        with self._lock:
            return tuple(sorted(bot_type for owner, bot_type in self._tables.chats if owner == user_id))

    # Messages

    def find_message(self, key: MessageKey) -> Message | None:
        """Read one message."""
        entry = self._entry(key)
        return entry.message if entry else None

    def list_messages(
        self, user_id: int, bot_type: str, *, before: int | None, limit: int | None
    ) -> tuple[Message, ...]:
        """Read the last ``limit`` messages below ``before``, oldest first."""
        messages = [m for m in self._messages(user_id, bot_type) if before is None or m.seq < before]
        return tuple(messages if limit is None else messages[max(len(messages) - limit, 0) :])

    def list_changes(self, user_id: int, bot_type: str, *, after: int) -> tuple[Message, ...]:
        """Read every message added or changed since a revision of the chat, oldest first."""
        return tuple(m for m in self._messages(user_id, bot_type) if m.revision > after)

    def list_versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """Read what a message said before its edits, oldest first."""
        entry = self._entry(key)
        return tuple(sorted(entry.versions, key=lambda version: version.written_at)) if entry else ()

    def _messages(self, user_id: int, bot_type: str) -> tuple[Message, ...]:
        with self._lock:
            chat = self._tables.chats.get((user_id, bot_type))
            return chat.messages if chat else ()

    def _entry(self, key: MessageKey) -> Entry | None:
        with self._lock:
            chat = self._tables.chats.get((key.user_id, key.bot_type))
            return chat.entry(key.seq) if chat else None

    def _chat(self, stored: StoredChat) -> Chat:
        return Chat(
            user=self._tables.users[stored.user_id].user,
            bot_type=stored.bot_type,
            status=stored.status,
            unread_count=stored.unread_count,
            last_message=stored.messages[-1] if stored.entries else None,
            revision=stored.revision,
            last_message_at=stored.last_message_at,
            blocked_by_user=stored.blocked_by_user,
        )


def _rank(chat: StoredChat) -> tuple[datetime, int]:
    return chat.last_message_at, chat.user_id


def _matches(user: User, search: str) -> bool:
    """Whether a folded search finds a user; the line break keeps it from matching across the name and the username."""
    full = " ".join(fold(part) for part in (user.first_name, user.last_name) if part)
    return search in f"{full.strip()}\n@{fold(user.username or '')}" or search == str(user.user_id)
