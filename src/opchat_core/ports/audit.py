"""A memory of what people did."""

from __future__ import annotations

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
