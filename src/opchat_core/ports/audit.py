"""A memory of what people did."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from opchat_core.model import Action, AuditRecord


class AuditLog(Protocol):
    """Remembers what people did."""

    def record(self, action: Action, *, actor: str | None, subject: str | None) -> None:
        """Remember what somebody did; in the transaction of what they did, see :meth:`Store.together`."""
        ...

    def list_records(self, *, limit: int) -> tuple[AuditRecord, ...]:
        """Read the newest records, newest first."""
        ...

    def prune_records(self, *, older_than: timedelta) -> int:
        """Delete records of that age for good; how many there were."""
        ...

    def mask_records(self, user_id: int, bot_type: str) -> None:
        """Take a user's id out of all records about a chat but those of its erasure; ``erased`` stands in its place."""
        ...
