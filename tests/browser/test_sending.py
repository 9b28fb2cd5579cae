"""What became of an answer: the page tells the truth, and nothing is sent twice or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.desk import Site

if TYPE_CHECKING:
    from tests.browser.desk import Desk
    from tests.support.processes import Processes

    from opchat_core import Config
    from opchat_core.testing.simulator import Simulator


def test_a_refused_answer_says_why_and_is_tried_again(desk: Desk, anna: int, simulator: Simulator) -> None:
    """Telegram refuses for good; the reason stands there in plain words, and Retry brings it through."""
    simulator.fail("sendMessage", "bad_request", description="Bad Request: chat not found")
    page = _open(desk, anna)
    _send(page, "Hello, Anna!")
    expect(page.get_by_text("Telegram knows no such chat.")).to_be_visible()
    expect(page.locator(".row").get_by_role("img", name="Not delivered")).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Retry")).to_be_hidden()
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    assert [message.text for message in simulator.sent(anna)] == ["Hello, Anna!"]


def test_a_lost_answer_of_telegram_is_called_unknown_and_settled_by_a_person(
    desk: Desk, anna: int, simulator: Simulator
) -> None:
    """It may have arrived: the operator is told so, asks the user, and says that it did; nothing goes out again."""
    simulator.fail("sendMessage", "cut_after")
    page = _open(desk, anna)
    _send(page, "Are you there?")
    expect(page.get_by_text("May have arrived: Telegram's answer got lost.")).to_be_visible()
    expect(page.get_by_role("button", name="Send again")).to_be_visible()
    page.get_by_role("button", name="It arrived").click()
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    assert len(simulator.ledger("sendMessage")) == 1


def test_an_answer_that_has_to_wait_says_until_when(desk: Desk, anna: int, simulator: Simulator) -> None:
    """Telegram asks to slow down for an hour; the bubble shows a clock and the time of the next try."""
    simulator.fail("sendMessage", "too_many_requests", retry_after=3600)
    page = _open(desk, anna)
    _send(page, "Later, then")
    expect(page.locator(".fate")).to_contain_text("Telegram asks to slow down. Next try at")
    expect(page.locator(".message.out").get_by_role("img", name="Waiting to be sent")).to_be_visible()


def test_an_answer_outlives_a_dead_network_and_a_reload(desk: Desk, anna: int, simulator: Simulator) -> None:
    """Written while the server is away, kept through a closed page, sent once when it is back."""
    page = _open(desk, anna)
    page.route("**/api/**", lambda route: route.abort())
    _send(page, "Written offline")
    expect(page.locator(".message.pending")).to_contain_text("Written offline")
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    expect(page.get_by_text("No connection to the server.")).to_be_visible()
    page.reload()
    page.unroute_all()
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible(timeout=20_000)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator(".message.out")).to_have_count(1)
    assert [message.text for message in simulator.sent(anna)] == ["Written offline"]


def test_an_answer_whose_receipt_is_lost_is_sent_once(desk: Desk, anna: int, simulator: Simulator) -> None:
    """The server stores and sends it, but its answer never reaches the browser, which asks again by the same key."""
    page = _open(desk, anna)
    lost: list[int] = []

    def lose_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/api/users/*/operator-chat", lose_first)
    _send(page, "Only once")
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(page.locator(".message.pending")).to_have_count(0)
    expect(page.locator(".message.out")).to_have_count(1)
    assert lost == [201]
    assert len(simulator.ledger("sendMessage")) == 1


def test_a_draft_stays_with_its_chat(desk: Desk, anna: int) -> None:
    """It survives a change of chat and a reload, and is gone once it is sent."""
    desk.chat.receive(user_id=43, text="Hello", first_name="Boris")
    page = _open(desk, anna)
    page.get_by_label("Your answer").fill("Half a thought")
    page.get_by_role("link", name="Boris").click()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.get_by_role("link", name="Анна").click()
    expect(page.get_by_label("Your answer")).to_have_value("Half a thought")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("Half a thought")
    page.get_by_label("Your answer").press("Enter")
    expect(page.locator(".message.out")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("")


def test_a_long_answer_is_counted_in_utf16_units_and_goes_out_in_parts(
    desk: Desk, anna: int, simulator: Simulator
) -> None:
    """An emoji counts twice; above 4096 the page says that it takes two messages, and the user gets both."""
    page = _open(desk, anna)
    composer = page.get_by_label("Your answer")
    composer.fill("\N{GRINNING FACE}" * 2000)
    expect(page.locator("#counter")).to_have_text("96 characters left")
    composer.fill("word " * 1000)
    expect(page.locator("#counter")).to_contain_text("goes out in about 2")
    composer.press("Enter")
    expect(page.locator(".message.out:not(.pending)")).to_have_count(2)
    simulator.wait_until(lambda: len(simulator.sent(anna)) == 2)


def test_a_blocked_bot_is_explained_and_the_composer_rests(desk: Desk, anna: int) -> None:
    """Nothing can be delivered, so nothing can be written; when the user unblocks the bot, it can again."""
    page = _open(desk, anna)
    desk.chat.set_blocked(anna, blocked=True)
    expect(page.get_by_text("The user has blocked the bot: nothing can be delivered")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_disabled()
    desk.chat.set_blocked(anna, blocked=False)
    expect(page.get_by_label("Your answer")).to_be_enabled()


class TestWithoutToken:
    """An installation that has no bot yet."""

    @pytest.fixture
    def site(self, config: Config, processes: Processes) -> Site:
        site = Site(processes, attrs.evolve(config, bot_token=None))
        site.start()
        return site

    def test_the_page_says_what_is_missing_and_keeps_the_text(self, desk: Desk, anna: int) -> None:
        """Nothing is sent; the operator learns whom to ask, and takes the text back into the draft."""
        page = _open(desk, anna)
        _send(page, "Hello?")
        expect(page.get_by_text("the server has no bot token (OPERATOR_BOT_TOKEN)")).to_be_visible()
        page.get_by_role("button", name="Back to the draft").click()
        expect(page.get_by_label("Your answer")).to_have_value("Hello?")
        expect(page.locator(".message.out")).to_have_count(0)

    def test_a_retry_that_is_refused_says_why(self, desk: Desk, anna: int, simulator: Simulator) -> None:
        """An answer failed while there was a bot; without one, Retry explains itself and can be pressed again."""
        simulator.fail("sendMessage", "bad_request", description="Bad Request: chat not found")
        desk.chat.reply(anna, "Hello?", operator="Olga")
        page = _open(desk, anna)
        page.get_by_role("button", name="Retry").click()
        expect(page.locator(".fate")).to_contain_text("the server has no bot token")
        expect(page.get_by_role("button", name="Retry")).to_be_enabled()


def test_who_is_logged_out_keeps_the_text_and_sends_it_when_back(desk: Desk, anna: int, simulator: Simulator) -> None:
    """A changed password ends the session; the page says so, and the answer goes out after the next login."""
    page = _open(desk, anna)
    desk.chat.operators.set_password("Olga", "no hash at all")
    _send(page, "Still mine")
    expect(page.get_by_role("link", name="Log in again")).to_be_visible()
    expect(page.locator(".message.pending")).to_contain_text("You are logged out.")
    assert simulator.sent(anna) == []
    desk.sign_in(page, "Olga")
    page.goto(f"/dashboard/users/{anna}/operator-chat")
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    assert [message.text for message in simulator.sent(anna)] == ["Still mine"]


def _open(desk: Desk, user_id: int) -> Page:
    page = desk.operator()
    page.goto(f"/dashboard/users/{user_id}/operator-chat")
    expect(page.locator(".message")).not_to_have_count(0)
    return page


def _send(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)
    page.get_by_label("Your answer").press("Enter")
