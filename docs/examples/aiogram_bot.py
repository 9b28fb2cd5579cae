"""An aiogram bot with commands of its own, whose users can write to the operators."""

import asyncio
import os

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.types import Message

from opchat_core import Config, connect_config

config = Config.from_env(os.environ)
chat = connect_config(config)
dispatcher = Dispatcher()


@dispatcher.message(Command("price"))
async def price(message: Message) -> None:
    """The bot's own answer."""
    await message.answer("Ten euros.")


@dispatcher.message(F.text, F.from_user.as_("sender"))
async def ask_operators(message: Message, sender) -> None:
    """Everything else is for people. In a thread, for the chat waits for its database."""
    who = {"user_id": sender.id, "first_name": sender.first_name, "username": sender.username}
    what = {"text": message.text, "telegram_message_id": message.message_id, "created_at": message.date}
    await asyncio.to_thread(chat.receive, **who, **what)


with chat:
    session = AiohttpSession(api=TelegramAPIServer.from_base(config.telegram_api_url))
    asyncio.run(dispatcher.start_polling(Bot(config.bot_token, session=session)))
