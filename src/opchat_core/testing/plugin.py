"""Fixtures for pytest.

A program's tests ask for them by one line in their top ``conftest.py``::

    pytest_plugins = ["opchat_core.testing.plugin"]

They are not announced as an entry point of pytest: then every run in an environment that has opchat would import it,
whether its tests use it or not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opchat_core.delivery import Courier
from opchat_core.embedded import embedded_postgres
from opchat_core.model import OPERATOR
from opchat_core.postgres import Database, Listener, Notifier, PostgresRepository, lend, migrate, open_pool
from opchat_core.postgres.scratch import scratch_database, truncate
from opchat_core.service import OperatorChat
from opchat_core.testing.chat import UNHURRIED, in_memory_chat
from opchat_core.testing.clock import MovableClock
from opchat_core.testing.sender import RecordingSender

if TYPE_CHECKING:
    from opchat_core.testing.simulator import Simulator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Called by pytest."""
    parser.addoption(
        "--opchat-database-url",
        dest="opchat_database_url",  # said, so that a program may give it a second name
        metavar="URL",
        help="PostgreSQL server for opchat's fixtures, by a role that may create databases (default: an embedded one)",
    )


@pytest.fixture
def opchat_clock() -> MovableClock:
    """The clock of this test's chats; it stands still until the test moves it."""
    return MovableClock()


@pytest.fixture
def opchat_sender() -> RecordingSender:
    """What takes the answers of this test's chats, and remembers them."""
    return RecordingSender()


@pytest.fixture
def opchat(opchat_clock: MovableClock, opchat_sender: RecordingSender) -> Iterator[OperatorChat]:
    """An empty operator chat in memory, on ``opchat_clock`` and ``opchat_sender``."""
    with in_memory_chat(clock=opchat_clock, sender=opchat_sender) as chat:
        yield chat


@pytest.fixture
def opchat_simulator() -> Iterator[Simulator]:
    """A Telegram of this test's own, with the users' phones; needs the extra ``cli``."""
    from opchat_core.testing.simulator import Simulator  # noqa: PLC0415 - it needs an extra that others can do without

    with Simulator() as simulator:
        yield simulator


@pytest.fixture(scope="session")
def opchat_server(pytestconfig: pytest.Config) -> Iterator[str]:
    """The URL of the PostgreSQL server of this run, in some database that is not for tests to write to.

    The one of ``--opchat-database-url``; else an embedded one in a temporary directory (0.5 s; needs the extra
    ``embedded``).
    """
    given: str | None = pytestconfig.getoption("opchat_database_url")
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="opchat-tests-") as directory, embedded_postgres(Path(directory)) as url:
        yield url


@pytest.fixture(scope="session")
def opchat_migrated_url(opchat_server: str) -> Iterator[str]:
    """The URL of this run's database, with the schema in it and whatever the last test left there."""
    with scratch_database(opchat_server) as url:
        migrate(url)
        yield url


@pytest.fixture
def opchat_database_url(opchat_migrated_url: str) -> str:
    """The URL of this run's database with every table empty: for ``connect``, and for programs in other processes."""
    truncate(opchat_migrated_url)
    return opchat_migrated_url


@pytest.fixture(scope="session")
def opchat_database(opchat_migrated_url: str) -> Iterator[Database]:
    """This run's database behind one pool of connections for all tests, so that no test has to open one."""
    with open_pool(opchat_migrated_url) as pool:
        yield Database(lend(pool))


@pytest.fixture
def opchat_on_postgres(
    opchat_database: Database, opchat_database_url: str, opchat_clock: MovableClock, opchat_sender: RecordingSender
) -> Iterator[OperatorChat]:
    """An empty operator chat in PostgreSQL, on ``opchat_clock`` and ``opchat_sender``."""
    notifier = Notifier(opchat_database)
    feed = Listener(opchat_database_url)

    def close() -> None:
        notifier.close()
        feed.close()

    store = PostgresRepository(opchat_database, clock=opchat_clock, changed=notifier.changed)
    courier = Courier(store, {OPERATOR: opchat_sender}, pace=UNHURRIED)
    with OperatorChat(store, courier, feed, on_close=close) as chat:
        yield chat
