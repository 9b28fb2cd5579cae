"""What people did, in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from opchat_core.model import Action, AuditRecord
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_RECORD = query("record")
_LIST_RECORDS = query("list_records")
_PRUNE_RECORDS = query("prune_records")
_MASK_RECORDS = query("mask_records")


class AuditTable(Base):
    """The part of the repository that remembers; :class:`~opchat_core.ports.AuditLog` documents it."""

    def record(self, action: Action, *, actor: str | None, subject: str | None) -> None:
        """See :meth:`opchat_core.ports.AuditLog.record`."""
        parameters = {"actor": actor, "action": action.value, "subject": subject, "now": self._now()}
        self._database.execute(_RECORD, parameters)

    def list_records(self, *, limit: int) -> tuple[AuditRecord, ...]:
        """See :meth:`opchat_core.ports.AuditLog.list_records`."""
        return tuple(self._database.fetch(_LIST_RECORDS, AuditRecord, {"limit": limit}))

    def prune_records(self, *, older_than: timedelta) -> int:
        """See :meth:`opchat_core.ports.AuditLog.prune_records`."""
        pruned: int = self._database.fetch_value(_PRUNE_RECORDS, {"older_than": older_than, "now": self._now()})
        return pruned

    def mask_records(self, user_id: int, bot_type: str) -> None:
        """See :meth:`opchat_core.ports.AuditLog.mask_records`."""
        self._database.execute(_MASK_RECORDS, {"user_id": user_id, "bot_type": bot_type})
