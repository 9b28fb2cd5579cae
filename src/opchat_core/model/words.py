"""The words of the contract, as enums whose values are what is stored and sent."""

from enum import StrEnum

OPERATOR = "operator"
"""The bot type of chats between a user and the company's operators."""

BUTTON_PREFIX = "opchat:"
"""What ``callback_data`` of the buttons that opchat sends begins with, which tells them from those of a host's own."""


class ChatStatus(StrEnum):
    """Whether a chat waits for an operator's attention."""

    OPEN = "open"
    CLOSED = "closed"


class Presence(StrEnum):
    """What an operator does in a chat: ``VIEWING`` it, or ``TYPING`` in it."""

    VIEWING = "viewing"
    TYPING = "typing"


class Direction(StrEnum):
    """``IN`` from the user to the bot, ``OUT`` from an operator to the user."""

    IN = "in"
    OUT = "out"


class MessageType(StrEnum):
    """What a message is; ``UNSUPPORTED`` keeps the raw update of whatever has no name here.

    ``PAYMENT`` is Telegram's notice of a payment or of its refund, ``BUTTON`` what the user pressed under a message.
    """

    TEXT = "text"
    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO_NOTE = "video_note"
    ANIMATION = "animation"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    VENUE = "venue"
    POLL = "poll"
    DICE = "dice"
    STORY = "story"
    GAME = "game"
    INVOICE = "invoice"
    PAYMENT = "payment"
    BUTTON = "button"
    UNSUPPORTED = "unsupported"


class DeliveryStatus(StrEnum):
    """Where an answer is on its way to the user's phone.

    ``SENT`` is said only after Telegram said OK. ``UNKNOWN`` may have arrived, and is never sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class FailureCode(StrEnum):
    """Why a delivery failed, waits or is in doubt."""

    BLOCKED_BY_USER = "blocked_by_user"
    CHAT_NOT_FOUND = "chat_not_found"
    MESSAGE_REJECTED = "message_rejected"
    FILE_TOO_LARGE = "file_too_large"
    UNAUTHORIZED = "unauthorized"
    EXPIRED = "expired"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    ANSWER_LOST = "answer_lost"
    LEASE_EXPIRED = "lease_expired"
    FILE_GONE = "file_gone"
    DELETED = "deleted"
