"""The whole repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from opchat_core.errors import SchemaOutdated
from opchat_core.ports import Change
from opchat_core.postgres.audit import AuditTable
from opchat_core.postgres.chats import Chats
from opchat_core.postgres.database import Database
from opchat_core.postgres.deliveries import Deliveries
from opchat_core.postgres.health import BotReportTable
from opchat_core.postgres.limits import RateLimits
from opchat_core.postgres.migrate import DIGEST, LATEST
from opchat_core.postgres.notify import announce_in
from opchat_core.postgres.operators import OperatorTable
from opchat_core.postgres.presence import PresenceTable
from opchat_core.postgres.queries import query
from opchat_core.postgres.receiving import Receiving

_CHECK = query("check")


class PostgresRepository(
    Receiving, Chats, Deliveries, OperatorTable, RateLimits, AuditTable, PresenceTable, BotReportTable
):
    """Keeps everything in PostgreSQL; :class:`~opchat_core.ports.Store` documents it."""

    def check(self) -> None:
        """See :meth:`opchat_core.ports.Store.check`."""
        version, defined = self._database.fetch_value(_CHECK, {"digest": DIGEST})
        if version < LATEST or not defined:
            lack = (
                f"is at {version}, this version needs {LATEST}"
                if version < LATEST
                else "lacks this version's functions"
            )
            raise SchemaOutdated(
                f"The database's schema {lack}: run `opchat migrate`.", retry_after=timedelta(seconds=30)
            )

    @contextmanager
    def together(self) -> Iterator[PostgresRepository]:
        """See :meth:`opchat_core.ports.Store.together`."""
        changes: list[Change] = []
        with self._database.together() as database:
            yield PostgresRepository(database, clock=self._clock, changed=changes.append)
        for change in changes:  # a hint before the commit would send listeners to look too early
            self._changed(change)

    def using(self, connection: Any) -> PostgresRepository:
        """See :meth:`opchat_core.ports.Store.using`."""
        database = Database.on(connection)
        return PostgresRepository(database, clock=self._clock, changed=announce_in(database))

    @contextmanager
    def transaction(self) -> Iterator[PostgresRepository]:
        """See :meth:`opchat_core.ports.Store.transaction`."""
        with self._database.rollback() as database:
            yield PostgresRepository(database, clock=self._clock)
