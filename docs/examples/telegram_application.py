"""A bot with commands of its own; all that users write goes to the operators. Runs beside ``opchat serve``."""

import os

from telegram import Update
from telegram.ext import CommandHandler, ContextTypes

from opchat_bot import build_application, run
from opchat_core import Config


async def price(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """The bot's own answer; the operators see the question, too."""
    if update.effective_message:
        await update.effective_message.reply_text("Ten euros.")


config = Config.from_env(os.environ)
application = build_application(config, greet=False)
application.add_handler(CommandHandler("price", price))
run(config, application=application)
