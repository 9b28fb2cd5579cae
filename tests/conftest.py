"""Fixtures that every area shares: a PostgreSQL server, the simulator, PgBouncer, and programs in processes.

Without ``--database-url`` the run brings its own PostgreSQL, the embedded one. What any program's tests could use is
in :mod:`opchat_core.testing.plugin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests.support.pgbouncer import pgbouncer as pgbouncer_before
from tests.support.processes import Processes

from opchat_core.postgres.scratch import scratch_database
from opchat_core.testing.simulator import Simulator

pytest_plugins = ["opchat_core.testing.plugin", "tests.support.witness"]

# How long an example takes says more about the machine than about the property.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-url",
        dest="opchat_database_url",
        metavar="URL",
        help="the same as --opchat-database-url",
    )
    parser.addoption("--soak", action="store_true", help="run the fault suite in its long form, for an hour at night")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether faults are to be repeated for long, instead of for as long as a change may be made to wait."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def database_server(opchat_server: str) -> str:
    """The URL of the server of this run, in some database that is not for tests to write to."""
    return opchat_server


@pytest.fixture(scope="session")
def migrated_url(opchat_migrated_url: str) -> str:
    """The URL of the run's database with the schema in it, and with whatever the last test left there."""
    return opchat_migrated_url


@pytest.fixture
def clean_database(opchat_database_url: str) -> str:
    """The URL of the migrated database with every table empty."""
    return opchat_database_url


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
