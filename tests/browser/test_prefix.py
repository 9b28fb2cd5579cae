"""The dashboard inside another app, under a path of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.browser.desk import Site

if TYPE_CHECKING:
    from tests.browser.desk import Desk
    from tests.support.processes import Processes

    from opchat_core import Config
    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def site(config: Config, processes: Processes) -> Site:
    """A host app with opchat under ``/support``."""
    site = Site(processes, config, target="tests.browser.host:application", prefix="/support")
    site.start()
    return site


def test_the_whole_loop_under_a_prefix(desk: Desk, anna: int, simulator: Simulator) -> None:
    """Pages, scripts, API, events, login and the language switch all find each other."""
    page = desk.operator()
    page.get_by_role("link", name="Анна").click()
    expect(page).to_have_url(re.compile(r"/support/dashboard/users/42/operator-chat$"))
    page.get_by_label("Your answer").fill("Hello from inside")
    page.get_by_label("Your answer").press("Enter")
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    desk.chat.receive(user_id=anna, text="And back")
    expect(page.locator(".message").last).to_contain_text("And back")
    page.get_by_role("link", name="Русский").click()
    expect(page.get_by_role("button", name="Закрыть чат")).to_be_visible()
    page.get_by_role("button", name="Выйти").click()
    expect(page).to_have_url(re.compile(r"/support/login$"))
    assert [message.text for message in simulator.sent(anna)] == ["Hello from inside"]
