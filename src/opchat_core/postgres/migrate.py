"""The schema, brought up to date: tables by numbered files that only ever go forward, views and functions anew.

What holds data changes by a step that is applied once (``migrations``). A view or a function is only a definition: one
file each says what it is now (``views``, ``functions``), and all of them are applied again when any has changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
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
);
CREATE TABLE IF NOT EXISTS opchat.schema_definitions (
    digest     text PRIMARY KEY,
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


def _load_definitions() -> bytes:
    folders = (files(__package__) / "views", files(__package__) / "functions")
    found = [sorted(folder.iterdir(), key=lambda file: file.name) for folder in folders]
    return b"\n".join(file.read_bytes() for folder in found for file in folder if file.name.endswith(".sql"))


DEFINITIONS = _load_definitions()

DEFINE = "views_and_functions"
"""The name of the step that applies them."""

DIGEST = sha256(DEFINITIONS).hexdigest()
"""What the views and functions of this version of the library are known by."""


def migrate(conninfo: str) -> list[str]:
    """Bring a database's schema up to date; safe from many places at once, for they take turns.

    Each step is a transaction of its own that takes an advisory lock, looks whether the step is still missing, and
    records it: a step that fails leaves nothing behind, and those before it stay.

    Args:
        conninfo: For libpq, verbatim; the role must be allowed to create a schema.

    Returns:
        The names of the steps that this call applied, in order; the last may be :data:`DEFINE`.

    Raises:
        DatabaseUnavailable: If the server cannot be reached.
    """
    with connect_once(conninfo) as connection, translated():
        applied = [migration.name for migration in MIGRATIONS if _apply(connection, migration)]
        return [*applied, DEFINE] if _define(connection) else applied


def pending(conninfo: str) -> list[str]:
    """Name the steps that :func:`migrate` would apply, without applying them."""
    with connect_once(conninfo) as connection, translated():
        return pending_on(connection)


def pending_on(connection: Connection[Any]) -> list[str]:
    """Name the steps that are missing in the database of a connection."""
    applied = _applied(connection) if _exists(connection, "opchat.schema_migrations") else set()
    missing = [migration.name for migration in MIGRATIONS if migration.version not in applied]
    defined = _exists(connection, "opchat.schema_definitions") and _defined(connection)
    return missing if defined else [*missing, DEFINE]


def _apply(connection: Connection[Any], migration: Migration) -> bool:
    with _turn(connection):
        if migration.version in _applied(connection):
            return False
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO opchat.schema_migrations (version, name) VALUES (%s, %s)",
            [migration.version, migration.name],
        )
    return True


def _define(connection: Connection[Any]) -> bool:
    with _turn(connection):
        # Also true where a newer version of the library has been since: an older one must not take its work back.
        if _defined(connection):
            return False
        connection.execute("SET LOCAL check_function_bodies = off")  # so that their order does not matter
        connection.execute(DEFINITIONS)
        connection.execute("INSERT INTO opchat.schema_definitions (digest) VALUES (%s)", [DIGEST])
    return True


@contextmanager
def _turn(connection: Connection[Any]) -> Iterator[None]:
    with connection.transaction():
        # Held to the end of the transaction, which also a pooler in transaction mode keeps on one server process.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        connection.execute(_PREPARE)
        yield


def _applied(connection: Connection[Any]) -> set[int]:
    return {row["version"] for row in connection.execute("SELECT version FROM opchat.schema_migrations")}


def _defined(connection: Connection[Any]) -> bool:
    found = connection.execute("SELECT FROM opchat.schema_definitions WHERE digest = %s", [DIGEST]).fetchone()
    return found is not None


def _exists(connection: Connection[Any], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL AS known", [table]).fetchone()
    return row is not None and bool(row["known"])
