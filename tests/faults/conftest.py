"""Everything here breaks something for real: run by `nox -s faults`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.ledgers import Ledgers
from tests.support.stores import answer, postgres_store, receive

from opchat_core.model import MessageKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.processes import Processes, RunningProcess

    from opchat_core.model import Delivery
    from opchat_core.ports import Store
    from opchat_core.testing.simulator import Simulator

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this directory."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)
            if item.config.getoption("--soak"):  # a night has time
                item.add_marker(pytest.mark.timeout(3600))


class Post:
    """A queue of answers in PostgreSQL, and delivery workers in processes of their own.

    Args:
        store: The queue, on the clock of the database.
        processes: Starts the workers.
        simulator: Their Telegram.
        database_url: Where the queue is.

    Attributes:
        store: The queue.
    """

    def __init__(self, store: Store, processes: Processes, simulator: Simulator, database_url: str) -> None:
        self.store = store
        self._processes = processes
        self._simulator = simulator
        self._database_url = database_url

    def queue(self, user_id: int, *texts: str) -> list[MessageKey]:
        """Store answers to a user, who has written to the bot."""
        if self.store.find_chat(user_id, "operator") is None:
            self._simulator.user(user_id)
            receive(self.store, user_id)
        return [answer(self.store, user_id, text).key for text in texts]

    def worker(
        self,
        *,
        lease: float = 60,
        max_age: float = 86_400,
        hurry: bool = True,
        workers: int = 8,
        api_url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> RunningProcess:
        """Start a worker, by default one that does not regard Telegram's limits, and wait until it runs."""
        limits = json.dumps({"lease": lease, "max_age": max_age, "hurry": hurry, "workers": workers})
        arguments = (self._database_url, self._simulator.token, api_url or self._simulator.url, limits)
        root = str(_HERE.parents[1])
        started = self._processes.python(
            str(_HERE / "worker.py"), *arguments, environment={"PYTHONPATH": root, **(environment or {})}
        )
        started.wait_for_line("^delivering$")
        return started

    def deliver(self, *arguments: str) -> RunningProcess:
        """Start `opchat deliver`, which tells much."""
        return self._processes.opchat("-v", "deliver", *arguments, environment=self.settings)

    @property
    def settings(self) -> dict[str, str]:
        """The environment of the programs."""
        return {
            "DATABASE_URL": self._database_url,
            "OPERATOR_BOT_TOKEN": self._simulator.token,
            "TELEGRAM_API_URL": self._simulator.url,
        }

    def delivery(self, key: MessageKey) -> Delivery:
        """How an answer stands."""
        message = self.store.find_message(key)
        assert message is not None
        assert message.delivery is not None
        return message.delivery

    def statuses(self, *keys: MessageKey) -> list[str]:
        """How answers stand."""
        return [self.delivery(key).status.value for key in keys]


@pytest.fixture
def post(processes: Processes, simulator: Simulator, clean_database: str) -> Iterator[Post]:
    """A queue, and workers to start."""
    with postgres_store(clean_database, size=4) as store:
        yield Post(store, processes, simulator, clean_database)


@pytest.fixture
def ledgers(simulator: Simulator, clean_database: str) -> Ledgers:
    """The oracle."""
    return Ledgers(simulator, clean_database)
