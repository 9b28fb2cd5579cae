"""Connections of the host's program: its pool, or the one that its transaction is on.

They come as the host has set them up, perhaps with JSON as text and times without a zone (Django does so). What goes
through them here is read as on connections of our own, and the host finds them as it left them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import psycopg
from psycopg import Connection, Cursor, Transaction
from psycopg.pq import Format
from psycopg.rows import RowFactory, dict_row

_READ_OUR_WAY = ("jsonb", "timestamptz")
_LOADERS = [(name, psycopg.adapters.types[name].oid) for name in _READ_OUR_WAY]


class HostPool(Protocol):
    """A pool of the host's; ``psycopg_pool.ConnectionPool`` is one."""

    def connection(self) -> AbstractContextManager[Connection[Any]]:
        """Lend a connection, commit what was done on it at the end, and roll it back after an exception."""
        ...


class BorrowedConnection:
    """What :class:`~opchat_core.postgres.Database` uses of a connection, without a trace of it left.

    Args:
        connection: The host's.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def cursor(self, name: str = "", *, row_factory: RowFactory[Any] = dict_row) -> Cursor[Any]:
        """Open a cursor that reads as ours do; with a name, one that stays on the server."""
        cursor: Cursor[Any]
        if name:
            cursor = psycopg.ServerCursor(self._connection, name, row_factory=row_factory)
        else:
            cursor = psycopg.Cursor(self._connection, row_factory=row_factory)
        for name_of_type, oid in _LOADERS:
            if loader := psycopg.adapters.get_loader(oid, Format.TEXT):
                cursor.adapters.register_loader(name_of_type, loader)
        return cursor

    def execute(self, sql: bytes, parameters: Any = None) -> Cursor[Any]:
        """Run a query on a cursor of its own."""
        return self.cursor().execute(sql, parameters)

    def transaction(self, *, force_rollback: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a transaction; within one of the host's, a savepoint."""
        return self._connection.transaction(force_rollback=force_rollback)


Lent = Connection[Any] | BorrowedConnection
"""A connection of our own, or one of the host's."""


def borrow(pool: HostPool) -> Callable[[], AbstractContextManager[BorrowedConnection]]:
    """Make the function that lends the connections of a host's pool."""

    @contextmanager
    def connection() -> Iterator[BorrowedConnection]:
        with pool.connection() as lent:
            yield BorrowedConnection(lent)

    return connection
