"""The whole repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from opchat_core.errors import SchemaOutdated
from opchat_core.ports import Change, Clock
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
from opchat_core.postgres.shelf import Shelf, TableShelf
from opchat_core.postgres.wishes import WishTable

_CHECK = query("check")


class PostgresRepository(
    Receiving, Chats, Deliveries, WishTable, OperatorTable, RateLimits, AuditTable, PresenceTable, BotReportTable
):
    """Keeps everything in PostgreSQL; :class:`~opchat_core.ports.Store` documents it.

    Args:
        database: Where queries run.
        clock: As of :class:`~opchat_core.postgres.base.Base`.
        changed: As there.
        shelf: Where the bytes of outgoing files are; None for the database itself.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock | None = None,
        changed: Callable[[Change], None] = lambda _: None,
        shelf: Shelf | None = None,
    ) -> None:
        super().__init__(database, clock=clock, changed=changed)
        self._elsewhere = shelf
        self._shelf = shelf or TableShelf(database)

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
            yield self._on(database, changes.append)
        for change in changes:  # a hint before the commit would send listeners to look too early
            self._changed(change)

    def using(self, connection: Any) -> PostgresRepository:
        """See :meth:`opchat_core.ports.Store.using`."""
        database = Database.on(connection)
        return self._on(database, announce_in(database))

    @contextmanager
    def transaction(self) -> Iterator[PostgresRepository]:
        """See :meth:`opchat_core.ports.Store.transaction`."""
        with self._database.rollback() as database:
            yield self._on(database, lambda _: None)

    def _on(self, database: Database, changed: Callable[[Change], None]) -> PostgresRepository:
        """Make the same repository on another connection."""
        return PostgresRepository(database, clock=self._clock, changed=changed, shelf=self._elsewhere)
