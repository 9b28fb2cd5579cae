"""A reaction that happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from opchat_core.model import rules
from opchat_core.model.checked import Checked, checked
from opchat_core.model.words import OPERATOR


@frozen(kw_only=True)
class Reaction(Checked):
    """With what a user reacts to a message now; it takes the place of what they reacted with before.

    Attributes:
        user_id: Telegram user id, an integer or decimal string, 1 to 2^52.
        bot_type: The bot of the chat, ``[a-z0-9_-]{1,32}``.
        telegram_message_id: Telegram's number of the message, of either direction.
        reactions: Telegram's ReactionType objects; empty when the user has taken them back.
        reacted_at: When, aware; of two, the older one does nothing. None for now.
    """

    user_id: int = checked(rules.telegram_id)
    bot_type: str = checked(rules.bot_type, default=OPERATOR)
    telegram_message_id: int = checked(rules.positive_integer)
    reactions: tuple[Mapping[str, Any], ...] = checked(rules.json_objects)
    reacted_at: datetime | None = checked(rules.moment, default=None)
