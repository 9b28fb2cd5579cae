"""Tending chats: read marks, open and closed, and who is there."""

from __future__ import annotations

from datetime import timedelta

from opchat_core.model import OPERATOR, Action, Chat, ChatStatus, Presence, chat_subject
from opchat_core.ports import Colleague
from opchat_core.recorded import recorded
from opchat_core.service.base import Base, found

PRESENCE_LASTS = timedelta(seconds=12)
"""How long an operator counts as being in a chat after saying so: two reminders may get lost."""


class Tending(Base):
    """Keeps a chat in order."""

    def mark_read(self, user_id: int, seq: int, *, bot_type: str = OPERATOR) -> Chat:
        """Mark everything up to ``seq`` read.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return found(self._store.mark_read(user_id, bot_type, seq))

    def set_status(
        self, user_id: int, status: ChatStatus, *, bot_type: str = OPERATOR, operator: str | None = None
    ) -> Chat:
        """Open or close a chat; doing it again changes nothing.

        Args:
            user_id: The user of the chat.
            status: What it is to be.
            bot_type: The bot of the chat.
            operator: Who does it.

        Raises:
            UserNotFound: If there is no such chat.
        """
        with recorded(self._store, Action.STATUS, operator, chat_subject(user_id, bot_type)) as store:
            chat = found(store.set_status(user_id, bot_type, status))
        self.hooks.on_status.tell(chat)
        return chat

    def close_chat(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Chat:
        """Close a chat; see :meth:`set_status`."""
        return self.set_status(user_id, ChatStatus.CLOSED, bot_type=bot_type, operator=operator)

    def reopen_chat(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Chat:
        """Open a closed chat; see :meth:`set_status`."""
        return self.set_status(user_id, ChatStatus.OPEN, bot_type=bot_type, operator=operator)

    def attend(
        self, user_id: int, operator: str, presence: Presence | None, *, bot_type: str = OPERATOR
    ) -> tuple[Colleague, ...]:
        """Say that an operator is in a chat, or has left it, and learn who else is there.

        It is forgotten after twelve seconds unless said again. Colleagues are told by the feed of changes; and of an
        operator who types, the user sees in Telegram that somebody is writing.

        Args:
            user_id: The chat's user.
            operator: Who it is.
            presence: What they do there; None when they have left.
            bot_type: The chat's bot.

        Raises:
            UserNotFound: If there is no such chat.
        """
        found(self._store.find_chat(user_id, bot_type))
        colleagues = self._store.attend(user_id, bot_type, operator, presence, lasting=PRESENCE_LASTS)
        if presence is Presence.TYPING:
            self.courier.show_typing(user_id, bot_type)
        return colleagues
