"""One suite, two stores: what holds for one holds for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.testing import InMemoryRepository, MovableClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.ports import Store


@pytest.fixture(scope="session")
def database(migrated_url: str) -> Iterator[Database]:
    """The migrated database, behind one pool for all of the suite."""
    with open_pool(migrated_url) as pool:
        yield Database(lend(pool))


@pytest.fixture(scope="session")
def database_behind_pgbouncer(pgbouncer: str) -> Iterator[Database]:
    """The same database through PgBouncer in transaction mode."""
    with open_pool(pgbouncer) as pool:
        yield Database(lend(pool))


@pytest.fixture
def clock() -> MovableClock:
    """A clock that a test moves."""
    return MovableClock()


@pytest.fixture(params=["memory", "postgres", "pgbouncer"])
def store(request: pytest.FixtureRequest, clock: MovableClock) -> Store:
    """An empty store of either kind, PostgreSQL both directly and behind a pooler."""
    if request.param == "memory":
        return InMemoryRepository(clock)
    request.getfixturevalue("clean_database")
    name = "database_behind_pgbouncer" if request.param == "pgbouncer" else "database"
    return PostgresRepository(request.getfixturevalue(name), clock=clock)
