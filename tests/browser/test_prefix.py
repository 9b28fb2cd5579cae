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


class TestWithItsOwnLogin:
    """A host that knows its staff by itself."""

    @pytest.fixture
    def site(self, config: Config, processes: Processes) -> Site:
        site = Site(processes, config, target="tests.browser.host:guarded")
        site.start()
        return site

    def test_logging_in_again_leads_to_the_hosts_login(self, desk: Desk, anna: int) -> None:
        """When the host's session has ended under an open chat, its login is one click away, with the way back."""
        page = desk.visitor()
        page.context.add_cookies([{"name": "staff", "value": "Olga", "url": desk.site.url}])
        page.goto(f"/dashboard/users/{anna}/operator-chat")
        expect(page.locator(".message")).to_have_count(1)
        expect(page.get_by_role("button", name="Log out")).to_have_count(0)
        page.get_by_label("Your answer").fill("Half a thought")
        page.context.clear_cookies()
        desk.chat.receive(user_id=anna, text="Are you there?")
        link = page.get_by_role("link", name="Log in again")
        expect(link).to_have_attribute(
            "href", f"{desk.site.url}/staff?next=%2Fdashboard%2Fusers%2F{anna}%2Foperator-chat"
        )
        page.context.add_cookies([{"name": "staff", "value": "Olga", "url": desk.site.url}])
        page.goto(f"/dashboard/users/{anna}/operator-chat")
        expect(page.get_by_label("Your answer")).to_have_value("Half a thought")
