"""What the library needs from outside, as protocols: a store, a way to Telegram, a clock, a feed of changes."""

from opchat_core.model.version import MessageVersion
from opchat_core.ports.audit import AuditLog
from opchat_core.ports.bots import BotWatch
from opchat_core.ports.changes import Change, ChangeFeed, Clock, Subscription
from opchat_core.ports.chats import ChatRepository, Colleague
from opchat_core.ports.deliveries import Backlog, DeliveryRepository, Parcel, Queued, Sender
from opchat_core.ports.files import FileRepository, OutgoingFile
from opchat_core.ports.limits import RateLimiter
from opchat_core.ports.media import FileCache, FileSource
from opchat_core.ports.operators import OperatorRepository
from opchat_core.ports.store import Store
from opchat_core.ports.wishes import WishRepository

__all__ = [
    "AuditLog",
    "Backlog",
    "BotWatch",
    "Change",
    "ChangeFeed",
    "ChatRepository",
    "Clock",
    "Colleague",
    "DeliveryRepository",
    "FileCache",
    "FileRepository",
    "FileSource",
    "MessageVersion",
    "OperatorRepository",
    "OutgoingFile",
    "Parcel",
    "Queued",
    "RateLimiter",
    "Sender",
    "Store",
    "Subscription",
    "WishRepository",
]
