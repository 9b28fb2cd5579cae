"""Fixtures that every area shares: a PostgreSQL server, the simulator, PgBouncer, and programs in processes.

Without ``--database-url`` the run brings its own PostgreSQL, the embedded one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.databases import scratch_database, truncate
from tests.support.pgbouncer import pgbouncer as pgbouncer_before
from tests.support.processes import Processes

from opchat_core.embedded import embedded_postgres
from opchat_core.postgres import migrate
from opchat_core.testing.simulator import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-url",
        metavar="URL",
        help="PostgreSQL server to run the tests on, by a role that may create databases (default: an embedded one)",
    )
    parser.addoption("--soak", action="store_true", help="run the fault suite in its long form, for an hour at night")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether faults are to be repeated for long, instead of for as long as a change may be made to wait."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def database_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of the server of this run, in some database that is not for tests to write to."""
    given: str | None = pytestconfig.getoption("--database-url")
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="opchat-tests-") as directory, embedded_postgres(Path(directory)) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(database_server: str) -> Iterator[str]:
    """The URL of an empty database, the same for the whole run; without the schema unless ``migrated_url`` is used."""
    with scratch_database(database_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_url(database_url: str) -> str:
    """The URL of that database with the schema in it."""
    migrate(database_url)
    return database_url


@pytest.fixture
def clean_database(migrated_url: str) -> str:
    """The URL of the migrated database with every table empty."""
    truncate(migrated_url)
    return migrated_url


@pytest.fixture
def empty_database(database_server: str) -> Iterator[str]:
    """The URL of an empty database for one test alone: for what migrates, breaks or drops things (60 ms)."""
    with scratch_database(database_server) as url:
        yield url


@pytest.fixture(scope="session")
def pgbouncer(migrated_url: str) -> Iterator[str]:
    """The URL of the migrated database through PgBouncer in transaction mode."""
    with pgbouncer_before(migrated_url) as url:
        yield url


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A Telegram Bot API stand-in on a free port of its own."""
    with Simulator(port=0) as running:
        yield running


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Starts real programs, and ends them with the test."""
    started = Processes(tmp_path)
    yield started
    started.stop_all()
