"""What people did, in PostgreSQL."""

from __future__ import annotations

from opchat_core.model import Action, AuditRecord
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_RECORD = query("record")
_LIST_RECORDS = query("list_records")


class AuditTable(Base):
    """The part of the repository that remembers; :class:`~opchat_core.ports.AuditLog` documents it."""

    def record(self, action: Action, *, actor: str | None, subject: str | None) -> None:
        """See :meth:`opchat_core.ports.AuditLog.record`."""
        parameters = {"actor": actor, "action": action.value, "subject": subject, "now": self._now()}
        self._database.execute(_RECORD, parameters)

    def list_records(self, *, limit: int) -> tuple[AuditRecord, ...]:
        """See :meth:`opchat_core.ports.AuditLog.list_records`."""
        return tuple(self._database.fetch(_LIST_RECORDS, AuditRecord, {"limit": limit}))
