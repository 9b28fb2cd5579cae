"""Buttons under messages: whoever presses one is told that it was heard."""

from __future__ import annotations

import logging

from telegram import CallbackQuery
from telegram.error import TelegramError

_log = logging.getLogger(__name__)


async def acknowledge(query: CallbackQuery) -> None:
    """End the waiting that the user's phone shows at a button until the bot has answered.

    Once: it ends by itself after a while, and what counts, that the press is stored, is done.
    """
    try:
        await query.answer()
    except TelegramError as error:
        _log.warning("bot.button_not_answered", extra={"user_id": query.from_user.id, "reason": type(error).__name__})
