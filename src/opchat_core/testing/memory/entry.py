"""One message in memory, with what only the store knows of it."""

from __future__ import annotations

from datetime import datetime

from attrs import Factory, define

from opchat_core.model import (
    DeliveryStatus,
    IncomingMessage,
    Message,
)
from opchat_core.ports import MessageVersion


@define
class Entry:
    """A stored message with what only the store knows of it."""

    message: Message
    update_id: int | None = None
    versions: list[MessageVersion] = Factory(list)
    reacted_at: datetime | None = None
    queued_at: datetime | None = None
    lease_until: datetime | None = None
    change_due_at: datetime | None = None
    change_leased: bool = False

    def remember(self, was: Message | IncomingMessage, written_at: datetime) -> None:
        """Keep what the message was as an earlier version."""
        content = (was.text, written_at, was.message_type, was.entities, was.media, was.payload)
        self.versions.append(MessageVersion(*content, number=len(self.versions) + 1))

    @property
    def status(self) -> DeliveryStatus | None:
        """How far the answer has come; None for what the user wrote."""
        return self.message.delivery.status if self.message.delivery else None

    @property
    def attend_at(self) -> datetime | None:
        """When a worker must look at it; None when it is not under way."""
        delivery = self.message.delivery
        return self.lease_until or (delivery.next_attempt_at if delivery else None)
