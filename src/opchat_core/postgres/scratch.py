"""Databases for tests: made on a server, emptied between two tests, gone at the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from opchat_core.postgres.translation import translated

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'opchat' AND tablename !~ '^schema_'"


@contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """Have an empty database: its URL. At the end it is dropped, whoever is still connected.

    Args:
        server_url: Any database of the server, by a role that may create databases.

    Raises:
        DatabaseUnavailable: If the server cannot be reached.
    """
    name = sql.Identifier(f"opchat_test_{uuid.uuid4().hex}")
    with translated(), psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(name))
    try:
        yield _with_database(server_url, name.as_string().strip('"'))
    finally:
        with translated(), psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def truncate(url: str) -> None:
    """Empty every table of the schema but the record of migrations, in one statement.

    It waits for transactions that a test left open; five seconds of that fail the next test by name rather than hang
    the run.

    Raises:
        DatabaseUnavailable: If the database cannot be reached, or somebody holds a table for five seconds.
    """
    with translated(), psycopg.connect(url, options="-c lock_timeout=5s", autocommit=True) as connection:
        if tables := [sql.Identifier("opchat", name) for (name,) in connection.execute(_TABLES)]:
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(tables)))


def _with_database(url: str, name: str) -> str:
    """The same server, another database; a URL stays a URL."""
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        return urlunsplit(parts._replace(path=f"/{name}"))
    return make_conninfo(url, dbname=name)
