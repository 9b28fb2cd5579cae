"""How an attempt to send ended: the four cases that differ in what may happen next."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from opchat_core.model.delivery import DeliveryError
from opchat_core.model.message import Media


@frozen
class Sent:
    """Telegram said OK.

    Attributes:
        telegram_message_id: Its number of the message.
        media: The file as Telegram knows it now, where there is one.
    """

    telegram_message_id: int
    media: Media | None = None


@frozen
class Deferred:
    """It certainly was not sent, and trying again is right.

    Attributes:
        error: Why.
        retry_after: How long Telegram asked to wait; None to back off by ourselves.
    """

    error: DeliveryError
    retry_after: timedelta | None = None


@frozen
class Refused:
    """Telegram refused for good.

    Attributes:
        error: Why.
        stops_sender: The reason lies with the bot, so that no other message would fare better.
    """

    error: DeliveryError
    stops_sender: bool = False


@frozen
class Lost:
    """It may have arrived: the request went out, and no usable answer came back.

    Attributes:
        error: What was seen instead of an answer.
    """

    error: DeliveryError


Outcome = Sent | Deferred | Refused | Lost
