"""Queries that may take long are given up, and leave their connection as they found it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opchat_core.errors import DatabaseUnavailable
from opchat_core.postgres import Database, lend, open_pool


def test_a_query_is_given_up_when_its_time_is_over(migrated_url: str) -> None:
    """The caller is told, and the connection's next query has all the time it wants."""
    with open_pool(migrated_url, size=1) as pool:
        database = Database(lend(pool))
        with pytest.raises(DatabaseUnavailable):
            database.fetch_within(timedelta(milliseconds=50), b"SELECT pg_sleep(30)", dict, {})
        assert database.fetch_value(b"SHOW statement_timeout", {}) == "0"
        assert database.fetch_within(timedelta(seconds=5), b"SELECT 1 AS one", dict, {}) == [{"one": 1}]
