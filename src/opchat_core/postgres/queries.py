"""The SQL of this package: one file a query, named as the repository method that runs it, read once."""

from __future__ import annotations

from importlib.resources import files

_DIRECTORY = files(__package__) / "sql"


def query(name: str) -> bytes:
    """Read a query; bytes, for psycopg takes them without a cast and without formatting.

    Args:
        name: The file's name without ``.sql``.
    """
    return (_DIRECTORY / f"{name}.sql").read_bytes()
