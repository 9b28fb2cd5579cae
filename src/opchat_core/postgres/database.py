"""Connections: checked before use, prepared for what stands between them and the server, given back after each step."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
from psycopg.rows import dict_row, kwargs_row
from psycopg_pool import ConnectionPool

from opchat_core.errors import ConfigError, DatabaseUnavailable, PoolExhausted
from opchat_core.hooks import Hook, PoolUse
from opchat_core.postgres.borrowed import BorrowedConnection, Lent
from opchat_core.postgres.patience import LimitedConnection
from opchat_core.postgres.queries import query
from opchat_core.postgres.translation import translated

POOL_SIZE = 16
"""Connections a process holds at most."""

POOL_TIMEOUT = timedelta(seconds=5)
"""How long a caller waits for one."""

POOL_WAITING = 200
"""How many callers may wait; more are turned away at once."""

CONNECT_TIMEOUT = timedelta(seconds=5)
"""How long an attempt to connect may take, where neither the connection string nor the environment says so."""

RECONNECT = timedelta(seconds=1)
"""How long the pool goes on trying by itself when the server is away; then the next request tries.

The pool doubles its pauses for as long as this, so a longer time would keep callers from a server that is back already.
"""

_IS_POOLED = query("is_pooled")
_STATEMENT_TIMEOUT = query("statement_timeout")

Row = TypeVar("Row")
Parameters = Mapping[str, Any]


class Database:
    """Runs queries, each on a connection of its own choice and in a commit of its own.

    Args:
        connections: Lends a connection in autocommit mode, or one of the host's.
    """

    def __init__(self, connections: Callable[[], AbstractContextManager[Lent]]) -> None:
        self._connections = connections

    def fetch(self, sql: bytes, make: Callable[..., Row], parameters: Parameters) -> list[Row]:
        """Run a query and build a value from the columns of each row, by name."""
        with translated(), self._connections() as connection, connection.cursor(row_factory=kwargs_row(make)) as cursor:
            return cursor.execute(sql, parameters).fetchall()

    def fetch_within(self, limit: timedelta, sql: bytes, make: Callable[..., Row], parameters: Parameters) -> list[Row]:
        """Run a query that may take long for some parameters, and give it up after a while.

        Raises:
            DatabaseUnavailable: If it took longer.
        """
        with (
            translated(),
            self._connections() as connection,
            connection.transaction(),
            connection.cursor(row_factory=kwargs_row(make)) as cursor,
        ):
            # For this transaction only, so that it holds behind a pooler as well
            connection.execute(_STATEMENT_TIMEOUT, {"milliseconds": f"{limit / timedelta(milliseconds=1):.0f}"})
            return cursor.execute(sql, parameters).fetchall()

    def fetch_one(self, sql: bytes, make: Callable[..., Row], parameters: Parameters) -> Row | None:
        """Run a query that has at most one row."""
        rows = self.fetch(sql, make, parameters)
        return rows[0] if rows else None

    def fetch_value(self, sql: bytes, parameters: Parameters) -> Any:
        """Run a query that has one row of one column."""
        rows: list[dict[str, Any]] = self.fetch(sql, dict, parameters)
        return next(iter(rows[0].values()))

    def execute(self, sql: bytes, parameters: Parameters) -> None:
        """Run a query for what it does."""
        with translated(), self._connections() as connection:
            connection.execute(sql, parameters)

    def stream(self, sql: bytes, make: Callable[..., Row], parameters: Parameters) -> Iterator[Row]:
        """Run a query through a server-side cursor, so that only a few rows are in memory at a time."""
        with (
            translated(),
            self._connections() as connection,
            connection.transaction(),
            connection.cursor("opchat_stream", row_factory=kwargs_row(make)) as cursor,
        ):
            yield from cursor.execute(sql, parameters)

    @contextmanager
    def together(self) -> Iterator[Database]:
        """Lend a database whose every step is part of one transaction, committed at the end."""
        with translated(), self._connections() as connection, connection.transaction():
            yield Database(lambda: nullcontext(connection))

    @staticmethod
    def on(connection: Connection[Any]) -> Database:
        """Make a database whose every step is part of whatever transaction this connection of the host's is in."""
        borrowed = BorrowedConnection(connection)
        return Database(lambda: nullcontext(borrowed))

    @contextmanager
    def rollback(self) -> Iterator[Database]:
        """Lend a database whose every step is part of one transaction that is rolled back at the end."""
        with translated(), self._connections() as connection, connection.transaction(force_rollback=True):
            yield Database(lambda: nullcontext(connection))


def open_pool(conninfo: str, *, size: int = POOL_SIZE, timeout: timedelta = POOL_TIMEOUT) -> ConnectionPool[Any]:
    """Open a pool without waiting for the server: one that is away shows at the first query.

    Args:
        conninfo: For libpq, verbatim.
        size: Connections at most.
        timeout: How long a caller waits for one.

    Raises:
        ConfigError: If libpq cannot read the connection string.
    """
    _insist_on_readable(conninfo)
    return ConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=timeout.total_seconds(),
        max_waiting=POOL_WAITING,
        reconnect_timeout=RECONNECT.total_seconds(),
        connection_class=LimitedConnection,
        kwargs=connection_settings(conninfo),
        configure=_configure,
        name="opchat",
        open=True,
    )


def connection_settings(conninfo: str) -> dict[str, Any]:
    """Settings of every connection; the name only fills in where the connection string has none."""
    settings = {"autocommit": True, "fallback_application_name": "opchat", "row_factory": dict_row}
    given = {option.keyword for option in Conninfo.get_defaults() if option.val}  # by the environment
    if b"connect_timeout" in given or "connect_timeout" in conninfo_to_dict(conninfo):
        return settings
    return {**settings, "connect_timeout": int(CONNECT_TIMEOUT.total_seconds())}


def lend(
    pool: ConnectionPool[Any], on_use: Hook[PoolUse] | None = None
) -> Callable[[], AbstractContextManager[Connection[Any]]]:
    """Make the function that lends the pool's connections, and tell of each that is lent or comes back."""
    lent: set[Connection[Any]] = set()  # the pool's own numbers count connections that it only tries to open, too

    def tell(*, refused: bool = False) -> None:
        if on_use:
            on_use.tell(PoolUse(len(lent), pool.max_size, refused))

    @contextmanager
    def connection() -> Iterator[Connection[Any]]:
        try:
            with translated():
                borrowed = _sound_connection(pool)
        except PoolExhausted as error:
            if len(lent) < pool.max_size:  # it is not the callers who are too many
                raise DatabaseUnavailable("The database cannot be reached.") from error
            tell(refused=True)
            raise
        lent.add(borrowed)
        tell()
        try:
            yield borrowed
        finally:
            lent.discard(borrowed)
            pool.putconn(borrowed)
            tell()

    return connection


def _sound_connection(pool: ConnectionPool[Any]) -> Connection[Any]:
    """Take a connection from the pool that the server has not closed.

    Not by the pool's own ``check``: it pauses after each dead connection, twice as long every time, and so would keep
    callers from a server that is back until they give up. Here all that died are passed over at once; the pool replaces
    each of them.
    """
    connection: Connection[Any] = pool.getconn()
    for _ in range(pool.max_size):
        try:
            _check(connection)
        except psycopg.OperationalError:
            pool.putconn(connection)
            connection = pool.getconn()
        else:
            break
    return connection


def is_pooled(connection: Connection[Any]) -> bool:
    """Whether a pooler such as PgBouncer stands in between: it hands out process ids of its own."""
    row = connection.execute(_IS_POOLED, {"pid": connection.info.backend_pid}).fetchone()
    return bool(row and row["pooled"])


def _configure(connection: Connection[Any]) -> None:
    """Prepare statements only on a connection that stays on one server process.

    PgBouncer before 1.21 in transaction mode answers ``DuplicatePreparedStatement`` otherwise.
    """
    if is_pooled(connection):
        connection.prepare_threshold = None


def _check(connection: Connection[Any]) -> None:
    """Refuse a connection that the server has closed, without asking the server.

    An idle connection has nothing to say: if its socket can be read, the server has said goodbye (or left a notice),
    and only then is a round trip worth while. This costs microseconds where ``SELECT 1`` would double every query.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


def connect_once(conninfo: str) -> Connection[Any]:
    """Open one connection outside of any pool.

    Raises:
        ConfigError: If libpq cannot read the connection string.
        DatabaseUnavailable: If the server cannot be reached.
    """
    _insist_on_readable(conninfo)
    with translated():
        connection = psycopg.connect(conninfo, **connection_settings(conninfo))
        _configure(connection)
    return connection


def _insist_on_readable(conninfo: str) -> None:
    """Refuse what is no connection string; libpq's own words may quote it, with the password."""
    try:
        conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        raise ConfigError("DATABASE_URL is neither a URL nor a connection string that libpq can read") from None
