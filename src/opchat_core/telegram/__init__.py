"""Telegram: the only home of httpx in the core."""

from opchat_core.telegram.account import BotAccount, ask_account
from opchat_core.telegram.files import TelegramFiles
from opchat_core.telegram.redaction import RedactTokens, redact
from opchat_core.telegram.sender import TelegramSender

__all__ = ["BotAccount", "RedactTokens", "TelegramFiles", "TelegramSender", "ask_account", "redact"]
