"""What a server is like: for those who look after an installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from attrs import frozen
from psycopg import Connection

from opchat_core.postgres.database import connect_once, is_pooled
from opchat_core.postgres.migrate import pending_on
from opchat_core.postgres.queries import query
from opchat_core.postgres.translation import translated

_SERVER_TIME = query("server_time")

OLDEST_VERSION = 15
"""The oldest major version of PostgreSQL that opchat runs on."""


@frozen
class ServerSurvey:
    """What :func:`survey` found.

    Attributes:
        version: As the server tells it, such as ``15.14 (Debian 15.14-0+deb12u1)``.
        major: Its major version.
        pooled: Whether a pooler such as PgBouncer stands in between.
        pending: The steps that the schema lacks, by name.
        transactions: Whether a transaction of several statements is possible; not with ``pool_mode = statement``.
        time: What the server's clock says.
    """

    version: str
    major: int
    pooled: bool
    pending: tuple[str, ...]
    transactions: bool
    time: datetime


def survey(conninfo: str) -> ServerSurvey:
    """Look at a server and its schema without changing anything.

    Args:
        conninfo: For libpq, verbatim.

    Raises:
        ConfigError: If libpq cannot read the connection string.
        DatabaseUnavailable: If the server cannot be reached; the cause is what libpq says.
    """
    with connect_once(conninfo) as connection, translated():
        info = connection.info
        return ServerSurvey(
            version=info.parameter_status("server_version") or str(info.server_version),
            major=info.server_version // 10_000,
            pooled=is_pooled(connection),
            pending=tuple(pending_on(connection)),
            time=_time(connection),
            transactions=_has_transactions(connection),  # the last question, for it may cost the connection
        )


def _time(connection: Connection[Any]) -> datetime:
    row = connection.execute(_SERVER_TIME).fetchone()
    time = row["time"] if row else None
    if not isinstance(time, datetime):
        raise TypeError(time)
    return time


def _has_transactions(connection: Connection[Any]) -> bool:
    try:
        with connection.transaction():
            connection.execute(_SERVER_TIME)
    except psycopg.Error:
        return False
    return True
