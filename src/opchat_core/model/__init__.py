"""The domain: frozen values that cannot be built wrong, and pure rules. No IO, no framework."""

from opchat_core.model.chat import Chat, ChatCounts, ChatPage, Cursor, History, Received, ReopenRule
from opchat_core.model.incoming import Answer, IncomingMessage
from opchat_core.model.limits import Charge, Limits, Rate
from opchat_core.model.message import Delivery, DeliveryError, Media, Message, MessageKey
from opchat_core.model.operator import ApiToken, Operator
from opchat_core.model.outcome import Deferred, Lost, Outcome, Refused, Sent
from opchat_core.model.pace import Pace
from opchat_core.model.text import MAX_PARTS, MAX_TEXT, fold, split_text, utf16_length
from opchat_core.model.user import User
from opchat_core.model.wire import chat_to_json, message_to_json, user_to_json
from opchat_core.model.words import OPERATOR, ChatStatus, DeliveryStatus, Direction, FailureCode, MessageType

__all__ = [
    "MAX_PARTS",
    "MAX_TEXT",
    "OPERATOR",
    "Answer",
    "ApiToken",
    "Charge",
    "Chat",
    "ChatCounts",
    "ChatPage",
    "ChatStatus",
    "Cursor",
    "Deferred",
    "Delivery",
    "DeliveryError",
    "DeliveryStatus",
    "Direction",
    "FailureCode",
    "History",
    "IncomingMessage",
    "Limits",
    "Lost",
    "Media",
    "Message",
    "MessageKey",
    "MessageType",
    "Operator",
    "Outcome",
    "Pace",
    "Rate",
    "Received",
    "Refused",
    "ReopenRule",
    "Sent",
    "User",
    "chat_to_json",
    "fold",
    "message_to_json",
    "split_text",
    "user_to_json",
    "utf16_length",
]
