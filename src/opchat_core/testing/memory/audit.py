"""What people did, in memory."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

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

    def prune_records(self, *, older_than: timedelta) -> int:
        """Delete records of that age; how many there were."""
        with self._lock:
            begin = self._clock.now() - older_than
            before = len(self._tables.records)
            self._tables.records[:] = [record for record in self._tables.records if record.at >= begin]
            return before - len(self._tables.records)

    def mask_records(self, user_id: int, bot_type: str) -> None:
        """Take a user's id out of all records about a chat but those of its erasure."""
        place, masked = f"{bot_type}/{user_id}", f"{bot_type}/erased"
        with self._lock:
            for number, record in enumerate(self._tables.records):
                subject = record.subject or ""
                about = subject == f"chat:{place}" or subject.startswith(f"message:{place}/")
                if about and record.action is not Action.FORGET:
                    self._tables.records[number] = evolve(record, subject=subject.replace(place, masked))
