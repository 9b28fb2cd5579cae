"""What people did, in memory."""

from __future__ import annotations

from opchat_core.model import Action, AuditRecord
from opchat_core.testing.memory.base import InMemoryBase


class InMemoryAudit(InMemoryBase):
    """An :class:`~opchat_core.ports.AuditLog`."""

    def record(self, action: Action, *, actor: str | None, subject: str | None) -> None:
        """Remember what somebody did."""
        with self._lock:
            self._tables.records.append(AuditRecord(self._clock.now(), actor, action, subject))

    def list_records(self, *, limit: int) -> tuple[AuditRecord, ...]:
        """Read the newest records, newest first."""
        with self._lock:
            return tuple(reversed(self._tables.records[-limit:]))
