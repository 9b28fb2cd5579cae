"""opchat: an operator chat for Telegram, as a library on PostgreSQL.

Example:
    ::

        from opchat_core import connect

        with connect("postgresql:///shop", bot_token="123:abc") as chat:
            chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
            chat.reply(42, "On its way!")
            for message in chat.history(42):
                print(message.direction, message.text)
            chat.close_chat(42)
"""

import logging

from opchat_core.config import Config
from opchat_core.model import (
    Chat,
    ChatPage,
    ChatStatus,
    Cursor,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Direction,
    History,
    IncomingMessage,
    Media,
    Message,
    MessageKey,
    MessageType,
    ReopenRule,
    User,
)
from opchat_core.service import OperatorChat
from opchat_core.wiring import connect, connect_config

logging.getLogger("opchat_core").addHandler(logging.NullHandler())  # what to log is the program's to say

__all__ = [
    "Chat",
    "ChatPage",
    "ChatStatus",
    "Config",
    "Cursor",
    "Delivery",
    "DeliveryError",
    "DeliveryStatus",
    "Direction",
    "History",
    "IncomingMessage",
    "Media",
    "Message",
    "MessageKey",
    "MessageType",
    "OperatorChat",
    "ReopenRule",
    "User",
    "connect",
    "connect_config",
]
