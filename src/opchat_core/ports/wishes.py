"""A store of what operators want of messages that are at Telegram."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from opchat_core.model import ChangeAction, Message, MessageKey, Outcome, Part


class WishRepository(Protocol):
    """Keeps what is to be changed at Telegram, until it is. Each method is one atomic step, durable when it returns.

    All of them raise :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    def request_change(
        self,
        key: MessageKey,
        action: ChangeAction,
        *,
        operator: str | None,
        window: timedelta,
        text: Part | None = None,
        emoji: str | None = None,
    ) -> Message:
        """Change an answer that is not at Telegram; of any other message, keep the wish as its ``pending_change``.

        Args:
            key: Which message.
            action: What is to be done.
            operator: Who wants it.
            window: How long after it was sent Telegram lets a message be edited or deleted.
            text: The new text or caption, for an edit.
            emoji: The reaction; None takes it back.

        Raises:
            MessageNotFound: If there is no such message.
            NotChangeable: If it is not one to change in this way.
            TooLate: If it is too old.
            ChangeUnderWay: If Telegram is being asked for another change of it.
        """
        ...

    def claim_changes(
        self, bot_type: str, *, limit: int, lease: timedelta, key: MessageKey | None = None
    ) -> tuple[Message, ...]:
        """Take messages whose ``pending_change`` is due.

        Args:
            bot_type: Whose messages.
            limit: How many at most.
            lease: How long the caller has for each; then another worker may take it.
            key: Take this one only, waiting for its chat.
        """
        ...

    def complete_change(self, message: Message, outcome: Outcome, *, wait: timedelta) -> Message | None:
        """Store what Telegram said to a change; a lost answer means once more.

        Args:
            message: As :meth:`claim_changes` returned it.
            outcome: How it ended. ``Refused.stops_sender`` pauses the bot, and the change waits.
            wait: How long until the next attempt, where there is to be one and Telegram did not say.

        Returns:
            The message; None when something else is wanted of it by now, and nothing was changed.
        """
        ...
