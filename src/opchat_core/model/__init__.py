"""The domain: frozen values that cannot be built wrong, and pure rules. No IO, no framework."""

from opchat_core.model.audit import (
    Action,
    AuditRecord,
    chat_subject,
    message_subject,
    operator_subject,
    token_subject,
)
from opchat_core.model.chat import Chat, ChatCounts, ChatPage, Cursor, History, Received, ReopenRule
from opchat_core.model.incoming import Answer, IncomingMessage
from opchat_core.model.limits import Charge, Limits, Rate
from opchat_core.model.message import Delivery, DeliveryError, Media, Message, MessageKey, Reactions
from opchat_core.model.operator import ApiToken, KnownToken, Operator, Role
from opchat_core.model.outcome import Deferred, Lost, Outcome, Refused, Sent
from opchat_core.model.pace import Pace
from opchat_core.model.reaction import Reaction
from opchat_core.model.text import MAX_PARTS, MAX_TEXT, fold, split_text, utf16_length
from opchat_core.model.user import User
from opchat_core.model.wire import chat_to_json, message_to_json, user_to_json
from opchat_core.model.words import (
    BUTTON_PREFIX,
    OPERATOR,
    ChatStatus,
    DeliveryStatus,
    Direction,
    FailureCode,
    MessageType,
    Presence,
)

__all__ = [
    "BUTTON_PREFIX",
    "MAX_PARTS",
    "MAX_TEXT",
    "OPERATOR",
    "Action",
    "Answer",
    "ApiToken",
    "AuditRecord",
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
    "KnownToken",
    "Limits",
    "Lost",
    "Media",
    "Message",
    "MessageKey",
    "MessageType",
    "Operator",
    "Outcome",
    "Pace",
    "Presence",
    "Rate",
    "Reaction",
    "Reactions",
    "Received",
    "Refused",
    "ReopenRule",
    "Role",
    "Sent",
    "User",
    "chat_subject",
    "chat_to_json",
    "fold",
    "message_subject",
    "message_to_json",
    "operator_subject",
    "split_text",
    "token_subject",
    "user_to_json",
    "utf16_length",
]
