"""Scratch databases on the server of the test run, and emptying them between tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


def with_database(url: str, name: str) -> str:
    """The same server, another database; a URL stays a URL."""
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        return urlunsplit(parts._replace(path=f"/{name}"))
    return make_conninfo(url, dbname=name)


@contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """An empty database of its own: its URL, and the database gone at the end, whoever is still connected."""
    name = f"opchat_test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    try:
        yield with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def truncate(url: str) -> None:
    """Empty every table of the schema but the record of migrations, in one statement.

    A truncation waits for transactions that a test left open; five seconds of that fail the next test by name
    rather than hang the run.
    """
    with psycopg.connect(url, options="-c lock_timeout=5s", autocommit=True) as connection:
        tables = [
            sql.Identifier("opchat", name)
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'opchat' AND tablename !~ '^schema_'"
            )
        ]
        if tables:
            connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(tables)))
