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

Every value that a public method takes or gives is exported here; errors are in :mod:`opchat_core.errors`.
"""

import logging

from opchat_core.config import Config
from opchat_core.hooks import Attempt
from opchat_core.model import (
    Action,
    Answer,
    ApiToken,
    AuditRecord,
    Button,
    ChangeAction,
    ChangeStatus,
    Charge,
    Chat,
    ChatCounts,
    ChatPage,
    ChatStatus,
    Cursor,
    Deferred,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Direction,
    FailureCode,
    History,
    IncomingMessage,
    KnownToken,
    Limits,
    Lost,
    Media,
    Message,
    MessageKey,
    MessageType,
    Operator,
    Outcome,
    Part,
    PendingChange,
    Piece,
    Presence,
    Quote,
    Rate,
    Reaction,
    Reactions,
    Received,
    Refused,
    ReopenRule,
    Role,
    Sent,
    Upload,
    User,
)
from opchat_core.model.given import AnswerFields, MessageFields
from opchat_core.model.health import BotHealth, BotMode, BotReport, HealthWarning, StallReason, WarningCode
from opchat_core.model.version import MessageVersion
from opchat_core.ports import Backlog, Change, Clock, Colleague, OutgoingFile, Parcel, Queued, Sender, Subscription
from opchat_core.postgres import HostPool
from opchat_core.service import OperatorChat
from opchat_core.wiring import connect, connect_config

logging.getLogger("opchat_core").addHandler(logging.NullHandler())  # what to log is the program's to say

__all__ = [
    "Action",
    "Answer",
    "AnswerFields",
    "ApiToken",
    "Attempt",
    "AuditRecord",
    "Backlog",
    "BotHealth",
    "BotMode",
    "BotReport",
    "Button",
    "Change",
    "ChangeAction",
    "ChangeStatus",
    "Charge",
    "Chat",
    "ChatCounts",
    "ChatPage",
    "ChatStatus",
    "Clock",
    "Colleague",
    "Config",
    "Cursor",
    "Deferred",
    "Delivery",
    "DeliveryError",
    "DeliveryStatus",
    "Direction",
    "FailureCode",
    "HealthWarning",
    "History",
    "HostPool",
    "IncomingMessage",
    "KnownToken",
    "Limits",
    "Lost",
    "Media",
    "Message",
    "MessageFields",
    "MessageKey",
    "MessageType",
    "MessageVersion",
    "Operator",
    "OperatorChat",
    "Outcome",
    "OutgoingFile",
    "Parcel",
    "Part",
    "PendingChange",
    "Piece",
    "Presence",
    "Queued",
    "Quote",
    "Rate",
    "Reaction",
    "Reactions",
    "Received",
    "Refused",
    "ReopenRule",
    "Role",
    "Sender",
    "Sent",
    "StallReason",
    "Subscription",
    "Upload",
    "User",
    "WarningCode",
    "connect",
    "connect_config",
]
