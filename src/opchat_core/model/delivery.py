"""How far an answer has come, and what an operator wants of one that has arrived."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from opchat_core.model.text import Entity
from opchat_core.model.words import DeliveryStatus


@frozen
class DeliveryError:
    """Why an answer failed, waits or is in doubt.

    Attributes:
        code: A :class:`~opchat_core.model.FailureCode`, as text.
        message: A sentence for people, as far as possible in Telegram's words.
    """

    code: str
    message: str


@frozen
class Delivery:
    """How far an answer has come.

    Attributes:
        status: See :class:`~opchat_core.model.DeliveryStatus`.
        error: Why it failed, waits or is in doubt; None when all is well.
        attempts: How often a worker took it to Telegram.
        next_attempt_at: When a worker takes it next; None unless it is queued.
    """

    status: DeliveryStatus
    error: DeliveryError | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None


class ChangeAction(StrEnum):
    """What can be done to a message that is at Telegram: new words, its deletion, a reaction to it."""

    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"


class ChangeStatus(StrEnum):
    """``PENDING`` while it is tried, until Telegram has done it; ``REFUSED`` when Telegram will not."""

    PENDING = "pending"
    REFUSED = "refused"


@frozen(kw_only=True)
class PendingChange:
    """What an operator wants of a message, and Telegram has not done.

    Attributes:
        action: What.
        text: The new text or caption, for an edit.
        entities: Its formatting.
        emoji: The reaction; None takes it back.
        operator: Who wants it.
        requested_at: Since when.
        status: Whether it is still tried.
        error: Why it is not done yet, or was refused.
        attempts: How often Telegram was asked.
    """

    action: ChangeAction = field(converter=ChangeAction)
    text: str | None = None
    entities: tuple[Entity, ...] = ()
    emoji: str | None = None
    operator: str | None = None
    requested_at: datetime
    status: ChangeStatus = field(default=ChangeStatus.PENDING, converter=ChangeStatus)
    error: DeliveryError | None = None
    attempts: int = 0
