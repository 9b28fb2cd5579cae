"""A chat, and pages of chats and of messages."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import datetime, timedelta

from attrs import field, frozen, validators

from opchat_core.errors import InvalidInput
from opchat_core.model import rules
from opchat_core.model.message import Message
from opchat_core.model.user import User
from opchat_core.model.words import ChatStatus

_HOURS = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
"""Up to eleven years: a number of hours that every calendar holds."""


@frozen(kw_only=True)
class Chat:
    """The conversation of one user with one bot.

    Attributes:
        user: The user; ``user.user_id`` with ``bot_type`` names the chat.
        bot_type: The bot.
        status: ``open`` or ``closed``.
        unread_count: Incoming messages that no operator has marked read.
        last_message: The newest message, or None in a chat that holds none.
        revision: Counts every change of the chat and of its messages.
        last_message_at: When the newest message was written; orders the list.
        blocked_by_user: Whether the user has blocked the bot, as far as Telegram told.
    """

    user: User
    bot_type: str
    status: ChatStatus = field(converter=ChatStatus)
    unread_count: int = field(validator=validators.ge(0))
    last_message: Message | None
    revision: int
    last_message_at: datetime
    blocked_by_user: bool

    @property
    def user_id(self) -> int:
        """The user's Telegram id."""
        return self.user.user_id


@frozen
class ChatCounts:
    """How many chats a bot has, by status."""

    open: int
    closed: int


@frozen
class Cursor:
    """A place in the list of chats: just after the chat with this rank.

    Attributes:
        last_message_at: The chat's last activity.
        user_id: Tells chats of the same moment apart.
    """

    last_message_at: datetime
    user_id: int

    def encode(self) -> str:
        """Write it as an opaque URL-safe string."""
        data = json.dumps([self.last_message_at.isoformat(), self.user_id]).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what :meth:`encode` wrote.

        Raises:
            InvalidInput: If it did not.
        """
        try:
            moment, user_id = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True))
            return cls(rules.moment(moment), rules.telegram_id(user_id))
        except (ValueError, TypeError, RecursionError, binascii.Error):
            raise InvalidInput.of("cursor", "must be a nextCursor of an earlier page") from None


@frozen
class ChatPage:
    """A page of the list of chats, newest activity first.

    Attributes:
        chats: The chats.
        next_cursor: Where the next page starts, or None after the last one.
        counts: How many chats there are in all.
    """

    chats: tuple[Chat, ...]
    next_cursor: Cursor | None
    counts: ChatCounts


@frozen
class History:
    """A chat with some or all of its messages.

    Attributes:
        chat: The chat as it was just before the messages were read: ``chat.revision`` is safe to ask on from.
        messages: Oldest first.
        next_before: Ask with ``before`` this ``seq`` for older ones; None when there are none.
    """

    chat: Chat
    messages: tuple[Message, ...]
    next_before: int | None


@frozen
class Received:
    """What became of a message that was handed in.

    Attributes:
        message: The stored message.
        duplicate: It was stored before, and nothing was changed.
        updated: It was stored before, and this is its new version.
    """

    message: Message
    duplicate: bool = False
    updated: bool = False


@frozen
class ReopenRule:
    """Whether a new message of the user reopens a closed chat.

    Attributes:
        within: How long after the closing it does: ``timedelta.max`` for always, zero for never.
    """

    within: timedelta = field(default=timedelta.max, validator=validators.ge(timedelta(0)))

    @classmethod
    def parse(cls, text: str) -> ReopenRule:
        """Read ``always``, ``never`` or ``within:<hours>``.

        Raises:
            ValueError: If it is none of them.
        """
        match text.split(":"):
            case ["always"]:
                return cls()
            case ["never"]:
                return cls(timedelta(0))
            case ["within", hours] if _HOURS.fullmatch(hours):
                return cls(timedelta(hours=int(hours)))
        raise ValueError("must be always, never or within:<hours>")
