"""The tables ``users``, ``chat_messages`` and ``user_data`` of an older installation, read as they are.

They may have more columns than opchat knows, or fewer; only ``chat_messages`` with ``user_id`` and ``created_at`` has
to be there. Nothing in them is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import frozen
from psycopg import Connection

from opchat_core.errors import ConfigError
from opchat_core.postgres.database import connect_once
from opchat_core.postgres.queries import query
from opchat_core.postgres.translation import translated

_TABLES = query("legacy_tables")
_USER_IDS = query("legacy_user_ids")
_MESSAGES = query("legacy_messages")
_USER = query("legacy_user")
_DATA = query("legacy_data")

Row = Mapping[str, Any]


@frozen
class LegacyChat:
    """What an older installation keeps of one user.

    Attributes:
        user_id: The user.
        user: The row of ``users``; empty when there is none.
        data: The row of ``user_data``; empty when there is none.
        messages: The rows of ``chat_messages``, oldest first; times in UTC.
    """

    user_id: int
    user: Row
    data: Row
    messages: tuple[Row, ...]


class LegacyTables:
    """Reads them through one connection; see :func:`legacy_tables`."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        with translated():
            found = self._connection.execute(_TABLES).fetchone() or {}
        if not found.get("chat_messages"):
            raise ConfigError("there is no table public.chat_messages in that database, so there is nothing to import")
        self._has_users, self._has_data = found["users"], found["user_data"]

    def user_ids(self) -> list[int]:
        """Name all users who have messages."""
        with translated():
            return [row["user_id"] for row in self._connection.execute(_USER_IDS)]

    def read(self, user_id: int) -> LegacyChat:
        """Read all that is kept of a user."""
        return LegacyChat(
            user_id,
            next(iter(self._told(_USER, user_id)), {}) if self._has_users else {},
            next(iter(self._told(_DATA, user_id)), {}) if self._has_data else {},
            tuple(self._told(_MESSAGES, user_id)),
        )

    def _told(self, sql: bytes, user_id: int) -> list[Row]:
        with translated():
            return [row["told"] for row in self._connection.execute(sql, {"user_id": user_id})]


@contextmanager
def legacy_tables(conninfo: str) -> Iterator[LegacyTables]:
    """Open the tables of an older installation.

    Args:
        conninfo: For libpq, verbatim.

    Raises:
        ConfigError: If there is no ``public.chat_messages``.
        DatabaseUnavailable: If the server cannot be reached.
    """
    with connect_once(conninfo) as connection:
        with translated():
            connection.execute("SET timezone = 'UTC'")
        yield LegacyTables(connection)
