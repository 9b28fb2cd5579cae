"""The dashboard as operators meet it: the real server in its own process, PostgreSQL, the simulator, Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.browser.desk import PATIENCE, Desk, Site, launch
from tests.support.processes import Processes

from opchat_core import Config, OperatorChat, connect_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.testing.simulator import Simulator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "desk" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium.

    Not one for the whole run: while Playwright is open, this thread has a running event loop, and tests of other areas
    could not start theirs.
    """
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def telegram() -> Iterator[Simulator]:
    """The stand-in for Telegram, one for the whole run."""
    from opchat_core.testing.simulator import Simulator

    with Simulator(port=0) as running:
        yield running


@pytest.fixture
def simulator(telegram: Simulator) -> Simulator:
    """The stand-in for Telegram with nobody in it."""
    telegram.reset()
    return telegram


@pytest.fixture(scope="session")
def config(migrated_url: str, telegram: Simulator) -> Config:
    """An installation with a bot, on the simulator."""
    return Config(
        database_url=migrated_url,
        bot_token=telegram.token,
        telegram_api_url=telegram.url,
        secret_key="signs-the-sessions-of-the-tests",
    )


@pytest.fixture
def chat(config: Config, clean_database: str, simulator: Simulator) -> Iterator[OperatorChat]:
    """The core over that installation, in which nothing has happened yet."""
    with connect_config(config, migrated=True) as chat:
        yield chat


@pytest.fixture(scope="session")
def shared_site(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server of that installation, one for the whole run: starting one takes longer than most of the tests."""
    processes = Processes(tmp_path_factory.mktemp("site"))
    yield Site(processes, config)
    processes.stop_all()


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The server, running."""
    shared_site.start()
    return shared_site


@pytest.fixture
def desk(chromium: Browser, site: Site, chat: OperatorChat, simulator: Simulator) -> Iterator[Desk]:
    """Operators at their browsers."""
    desk = Desk(chromium, site, chat, simulator)
    yield desk
    desk.close()


@pytest.fixture
def anna(chat: OperatorChat, simulator: Simulator) -> int:
    """A user who has written once."""
    simulator.user(42, first_name="Анна", last_name="Смирнова", username="anna_s")
    chat.receive(user_id=42, text="Where is my order?", first_name="Анна", last_name="Смирнова", username="anna_s")
    return 42
