"""A store of chats and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from attrs import frozen

from opchat_core.model import (
    Chat,
    ChatCounts,
    ChatStatus,
    Cursor,
    IncomingMessage,
    Message,
    MessageKey,
    Presence,
    Reaction,
    Received,
    ReopenRule,
)
from opchat_core.model.version import MessageVersion


@frozen
class Colleague:
    """An operator who is in a chat now.

    Attributes:
        name: The operator.
        presence: What they do there.
    """

    name: str
    presence: Presence


class ChatRepository(Protocol):
    """Keeps chats and messages. Each method is one atomic step, durable when it returns.

    Methods that change a chat lock it, so that ``seq`` has no gaps and ``revision`` grows in the order of commits. All
    of them raise :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    # Chats

    def receive(
        self, message: IncomingMessage, *, verified: bool, operator: str | None, reopen: ReopenRule
    ) -> Received:
        """Store a message once: by bot type, user, direction and ``telegram_message_id``, where it has one.

        What the user wrote without one is known by its ``update_id``, where it has one.

        Raises:
            InvalidInput: If ``created_at`` is over five minutes ahead.
        """
        ...

    def receive_all(
        self, messages: Sequence[IncomingMessage], *, verified: bool, reopen: ReopenRule
    ) -> tuple[Received | Exception, ...]:
        """Store messages of users, each exactly once, in as few commits as can be; see :meth:`receive`.

        Returns:
            What became of each, in their order; the error where it was not stored, whatever error that is, which keeps
            no other from it.
        """
        ...

    def react(self, reaction: Reaction) -> Received:
        """Store with what the user reacts to a message; the same again, or an older reaction, changes nothing.

        Raises:
            UserNotFound: If there is no such chat.
            MessageNotFound: If the chat has no message with this number of Telegram.
        """
        ...

    def list_unsupported(self, *, after: MessageKey | None, limit: int) -> tuple[Message, ...]:
        """Read what the bot handed in as ``unsupported``, of all chats, in the order of users, bots and ``seq``.

        Args:
            after: Only what comes after this one.
            limit: At most so many.
        """
        ...

    def reinterpret(self, key: MessageKey, message: IncomingMessage) -> Message | None:
        """Give an ``unsupported`` message of the bot's its meaning; what it was is kept as an earlier version.

        Its kind, text, entities, media, payload, context, album and what it answers are taken from ``message``; place,
        time and number of Telegram stay.

        Returns:
            The message as it is then; None where it is not ``unsupported`` (any more), and nothing is changed.
        """
        ...

    def find_chat(self, user_id: int, bot_type: str) -> Chat | None:
        """Read one chat."""
        ...

    def list_chats(
        self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read chats, newest activity first, after the cursor."""
        ...

    def fingerprint_chats(self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None) -> str:
        """Tell in a word what :meth:`list_chats` and :meth:`count_chats` show; it costs much less than they do."""
        ...

    def search_chats(
        self, bot_type: str, *, status: ChatStatus | None, search: str, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read the chats of users whose name or username contains ``search``, or whose id it is."""
        ...

    def count_chats(self, bot_type: str) -> ChatCounts:
        """Count the chats of a bot by status, at a cost that does not grow with them."""
        ...

    def set_status(self, user_id: int, bot_type: str, status: ChatStatus) -> Chat | None:
        """Open or close a chat; None when there is none."""
        ...

    def mark_read(self, user_id: int, bot_type: str, seq: int) -> Chat | None:
        """Mark everything up to ``seq`` read; None when there is no such chat."""
        ...

    def set_blocked(self, user_id: int, bot_type: str, *, blocked: bool) -> Chat | None:
        """Record whether the user has blocked the bot; None when there is no such chat."""
        ...

    def attend(
        self, user_id: int, bot_type: str, operator: str, presence: Presence | None, *, lasting: timedelta
    ) -> tuple[Colleague, ...]:
        """Say that an operator is in a chat, or has left it; returns the other operators who are there, by name.

        Args:
            user_id: The chat's user.
            bot_type: The chat's bot.
            operator: Who it is.
            presence: What they do there; None when they have left.
            lasting: How long that is true unless it is said again.
        """
        ...

    def forget_chat(self, user_id: int, bot_type: str) -> int:
        """Erase a chat with everything in it, and the user with the last chat; returns how many messages went."""
        ...

    def lock_idle(self, *, idle_for: timedelta) -> tuple[int, str] | None:
        """Find a chat in which nobody has written for that long, and hold it until the end of the transaction.

        Returns:
            Its user and bot; None when there is none that nobody else holds.
        """
        ...

    def list_bot_types(self, user_id: int) -> tuple[str, ...]:
        """Name the bots that the user has a chat with."""
        ...

    # Messages

    def find_message(self, key: MessageKey) -> Message | None:
        """Read one message."""
        ...

    def list_messages(
        self, user_id: int, bot_type: str, *, before: int | None, limit: int | None
    ) -> tuple[Message, ...]:
        """Read the last ``limit`` messages below ``before`` (by default: all), oldest first."""
        ...

    def list_changes(self, user_id: int, bot_type: str, *, after: int) -> tuple[Message, ...]:
        """Read every message added or changed since a revision of the chat, oldest first."""
        ...

    def list_versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """Read what a message said before its edits, oldest first."""
        ...
