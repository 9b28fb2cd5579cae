"""The domain: frozen values that cannot be built wrong, and pure rules. No IO, no framework."""

from opchat_core.model.answer import Answer, Piece
from opchat_core.model.audit import (
    Action,
    AuditRecord,
    chat_subject,
    message_subject,
    operator_subject,
    token_subject,
)
from opchat_core.model.bounds import bounds_to_json
from opchat_core.model.chat import Chat, ChatCounts, ChatPage, Cursor, History, Received, ReopenRule
from opchat_core.model.delivery import (
    ChangeAction,
    ChangeStatus,
    Delivery,
    DeliveryError,
    PendingChange,
)
from opchat_core.model.formatting import Button, Quote
from opchat_core.model.incoming import IncomingMessage
from opchat_core.model.limits import Charge, Limits, Rate
from opchat_core.model.message import Media, Message, MessageKey, Reactions
from opchat_core.model.operator import ApiToken, KnownToken, Operator, Role
from opchat_core.model.outcome import Deferred, Lost, Outcome, Refused, Sent
from opchat_core.model.pace import Pace
from opchat_core.model.reaction import Reaction
from opchat_core.model.text import MAX_CAPTION, MAX_PARTS, MAX_TEXT, Part, fold, split_text, utf16_length
from opchat_core.model.upload import SENDABLE, Upload
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
    "MAX_CAPTION",
    "MAX_PARTS",
    "MAX_TEXT",
    "OPERATOR",
    "SENDABLE",
    "Action",
    "Answer",
    "ApiToken",
    "AuditRecord",
    "Button",
    "ChangeAction",
    "ChangeStatus",
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
    "Part",
    "PendingChange",
    "Piece",
    "Presence",
    "Quote",
    "Rate",
    "Reaction",
    "Reactions",
    "Received",
    "Refused",
    "ReopenRule",
    "Role",
    "Sent",
    "Upload",
    "User",
    "bounds_to_json",
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
