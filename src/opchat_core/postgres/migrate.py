"""The schema, brought up to date by numbered files that only ever go forward."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from attrs import frozen
from psycopg import Connection

from opchat_core.postgres.database import connect_once
from opchat_core.postgres.translation import translated

_LOCK = 7_061_996_315  # any number that is opchat's own
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql", re.ASCII)

_PREPARE = b"""
CREATE SCHEMA IF NOT EXISTS opchat;
CREATE TABLE IF NOT EXISTS opchat.schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


@frozen
class Migration:
    """One step of the schema.

    Attributes:
        version: Its number; steps are applied in this order.
        name: The file's name without its ending.
        sql: What it does.
    """

    version: int
    name: str
    sql: bytes


def _load() -> tuple[Migration, ...]:
    found = [
        Migration(int(match[1]), file.name.removesuffix(".sql"), file.read_bytes())
        for file in (files(__package__) / "migrations").iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.version))


MIGRATIONS = _load()

LATEST = MIGRATIONS[-1].version
"""The version of the schema that this version of the library needs."""


def migrate(conninfo: str) -> list[str]:
    """Bring a database's schema up to date; safe from many places at once, for they take turns.

    Each step is a transaction of its own that takes an advisory lock, looks whether the step is still missing, and
    records it: a step that fails leaves nothing behind, and those before it stay.

    Args:
        conninfo: For libpq, verbatim; the role must be allowed to create a schema.

    Returns:
        The names of the steps that this call applied, in order.

    Raises:
        DatabaseUnavailable: If the server cannot be reached.
    """
    with connect_once(conninfo) as connection, translated():
        return [migration.name for migration in MIGRATIONS if _apply(connection, migration)]


def pending(conninfo: str) -> list[str]:
    """Name the steps that :func:`migrate` would apply, without applying them."""
    with connect_once(conninfo) as connection, translated():
        return pending_on(connection)


def pending_on(connection: Connection[Any]) -> list[str]:
    """Name the steps that are missing in the database of a connection."""
    row = connection.execute("SELECT to_regclass('opchat.schema_migrations') IS NOT NULL AS known").fetchone()
    applied = _applied(connection) if row and row["known"] else set()
    return [migration.name for migration in MIGRATIONS if migration.version not in applied]


def _apply(connection: Connection[Any], migration: Migration) -> bool:
    with connection.transaction():
        # Held to the end of the transaction, which also a pooler in transaction mode keeps on one server process.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_PREPARE)
        if migration.version in _applied(connection):
            return False
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO opchat.schema_migrations (version, name) VALUES (%s, %s)",
            [migration.version, migration.name],
        )
    return True


def _applied(connection: Connection[Any]) -> set[int]:
    return {row["version"] for row in connection.execute("SELECT version FROM opchat.schema_migrations")}
