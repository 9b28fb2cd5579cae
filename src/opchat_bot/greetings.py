"""What the bot itself says: the answers to /start and /help, in English and Russian."""

from __future__ import annotations

import logging
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application, CommandHandler, ContextTypes, filters

_log = logging.getLogger(__name__)

_START = {
    "en": "Hello! Write your question here, and an operator will answer you in this chat.",
    "ru": "Здравствуйте! Напишите ваш вопрос, и оператор ответит вам в этом чате.",
}
_HELP = {
    "en": (
        "Everything you write here reaches our operators: text, photos, voice messages, files. "
        "Their answers come to this chat. You can also correct a message that you have sent."
    ),
    "ru": (
        "Всё, что вы пишете здесь, видят наши операторы: текст, фотографии, голосовые сообщения, файлы. "
        "Их ответы придут в этот чат. Отправленное сообщение можно исправить."
    ),
}


def start_text(language_code: str | None) -> str:
    """Return the answer to /start in the language of the user's Telegram: Russian, else English."""
    return _START[_language(language_code)]


def help_text(language_code: str | None) -> str:
    """Return the answer to /help; see :func:`start_text`."""
    return _HELP[_language(language_code)]


def add_greetings(application: Application[Any, Any, Any, Any, Any, Any], *, group: int) -> None:
    """Answer /start and /help in private chats; edits of them are not answered again."""
    only = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    application.add_handler(CommandHandler("start", _start, only), group)
    application.add_handler(CommandHandler("help", _help, only), group)


async def _start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await _say(update, start_text(_code(update)))


async def _help(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await _say(update, help_text(_code(update)))


async def _say(update: Update, text: str) -> None:
    """Answer once. A greeting that did not arrive is not worth a second try: the user's message is what counts."""
    if update.effective_chat is None:
        return
    try:
        await update.effective_chat.send_message(text)
    except TelegramError as error:
        _log.warning("bot.greeting_failed", extra={"user_id": update.effective_chat.id, "reason": str(error)})


def _code(update: Update) -> str | None:
    return update.effective_user.language_code if update.effective_user else None


def _language(language_code: str | None) -> str:
    return "ru" if (language_code or "").lower().partition("-")[0] == "ru" else "en"
