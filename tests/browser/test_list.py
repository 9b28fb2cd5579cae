"""The list: what it finds, how deep it goes, and that it stays right whatever the connection does."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Route, expect
from tests.support.deadline import eventually

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat


DRAWN_TO_THE_FOOT = """
document.querySelector(".row:last-child").getBoundingClientRect().bottom > innerHeight
|| document.getElementById("list-end").hidden
"""


def test_search_finds_as_one_types_without_case(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """Part of a Cyrillic name in another case, then an id, then nothing; Escape brings all back."""
    chat.receive(user_id=977, text="Hello", first_name="Boris")
    page = desk.operator()
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("СМИРН")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("Анна Смирнова")
    page.get_by_role("searchbox").fill("977")
    expect(page.locator(".row")).to_contain_text("Boris")
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.get_by_text("Nobody found by that.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".row")).to_have_count(2)


def test_an_old_answer_never_overwrites_a_newer_one(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """The answer to the first search is held back until the second search has long been answered."""
    chat.receive(user_id=977, text="Hello", first_name="Boris")
    page = desk.operator()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("search=Boris"), hold)
    with page.expect_request(re.compile("search=Boris")):
        page.get_by_role("searchbox").fill("Boris")
    page.get_by_role("searchbox").fill("Анна")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("Анна")
    held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".row")).to_contain_text("Анна")


def test_scrolling_down_meets_every_one_of_1000_chats_once(desk: Desk, chat: OperatorChat) -> None:
    """Few rows are on the page at a time; a chat that moves up meanwhile neither doubles nor disturbs the focus."""
    start = datetime.now(UTC) - timedelta(days=1)

    def write(number: int) -> None:
        moment = start + timedelta(minutes=number)
        chat.receive(user_id=number, text="Hi", first_name=f"User-{number}", created_at=moment)

    with ThreadPoolExecutor(16) as users:  # many at once, for they are committed together
        list(users.map(write, range(1, 1001)))
    page = desk.operator()
    expect(page.get_by_role("link", name="User-1000 ")).to_be_visible()
    page.get_by_role("link", name="User-995 ").focus()
    met: list[str] = []
    while "User-1" not in met:
        names = page.locator(".row-name").all_text_contents()
        assert len(names) < 60
        assert len(set(names)) == len(names)
        met += [name for name in names if name not in met]
        page.evaluate("document.getElementById('rows').scrollTop += 600")
        eventually(lambda: page.evaluate(DRAWN_TO_THE_FOOT), what="the rows below")
    assert met == [f"User-{number}" for number in range(1000, 0, -1)]
    assert "User-995" in str(page.evaluate("document.activeElement.textContent"))
    row = page.get_by_role("link", name="User-3 ")
    before = row.bounding_box()
    asked: list[str] = []
    about_chats = re.compile(r"/api/(?!status$)")
    page.on("request", lambda request: asked.append(request.url) if about_chats.search(request.url) else None)
    chat.receive(user_id=700, text="Me again")
    expect(page.locator(".row").first).to_contain_text("User-995")
    expect(page.locator(".row").first).to_have_attribute("aria-posinset", "7")
    assert row.bounding_box() == before
    # What happens far down is seen there: one is read elsewhere, another one is closed.
    chat.mark_read(3, 1)
    expect(row.locator(".unread")).to_have_count(0)
    chat.close_chat(2)
    expect(page.locator(".row-name", has_text=re.compile("^User-2$"))).to_have_count(0)
    expect(page.get_by_role("button", name="Open 999")).to_be_visible()
    # However deep one has scrolled, news cost one page of the newest, and the chat itself where it is further down.
    assert asked
    assert [url for url in asked if not re.search("limit=(1|50)$", url)] == []
    page.evaluate("document.getElementById('rows').scrollTop = 0")
    expect(page.locator(".row").first).to_contain_text("Me again")
    assert "User-995" in str(page.evaluate("document.activeElement.textContent"))


def test_without_the_event_stream_polling_keeps_up(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """A proxy that lets no stream through costs seconds, not messages."""
    page = desk.visitor()
    page.route("**/api/events", lambda route: route.abort())
    desk.sign_in(page, "Olga")
    page.get_by_role("link", name="Анна").click()
    expect(page.locator(".message")).to_have_count(1)
    chat.receive(user_id=anna, text="By polling")
    expect(page.locator(".message").last).to_contain_text("By polling")
    expect(page.locator(".row")).to_contain_text("By polling")


def test_a_page_that_was_cut_off_while_it_loaded_begins_anew(desk: Desk, anna: int) -> None:
    """The list is there, and what it needs later is not: that comes, and the chat opens, when the network is back."""
    page = desk.visitor()
    page.route(re.compile("/js/notify/"), lambda route: route.abort())
    desk.sign_in(page, "Olga")
    with page.expect_response(re.compile("/js/notify/")):
        page.unroute_all()
    page.route(re.compile("/js/chat/"), lambda route: route.abort())
    page.get_by_role("link", name="Анна").click()
    page.unroute_all()
    expect(page.locator(".message")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"/dashboard/users/{anna}/operator-chat$"))


@pytest.mark.timeout(180)
def test_a_server_restart_under_an_open_page_loses_nothing(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """The page says that it is cut off, and catches up with what came in meanwhile by itself."""
    page = desk.operator()
    page.get_by_role("link", name="Анна").click()
    expect(page.locator(".message")).to_have_count(1)
    desk.site.stop()
    expect(page.get_by_text("No connection to the server.")).to_be_visible(timeout=20_000)
    chat.receive(user_id=anna, text="While you were away")
    desk.site.start()
    expect(page.locator(".message").last).to_contain_text("While you were away")
    expect(page.locator("#banner")).to_be_hidden()


def test_the_keyboard_does_it_all(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """Letters go by the key's place, so that Cyrillic layouts work; none is taken from what is being written."""
    chat.receive(user_id=43, text="Hello", first_name="Boris")
    page = desk.operator()
    expect(page.locator(".row")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Boris")).to_be_visible()
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '\\u043e', code: 'KeyJ', bubbles: true}))"
    )
    expect(page.get_by_role("heading", name="Анна")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Boris")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("jerk?/")
    expect(page.get_by_label("Your answer")).to_have_value("jerk?/")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="Анна")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_signs_are_found_wherever_a_layout_has_them(desk: Desk, anna: int) -> None:
    """A German board has the slash on the 7, the question mark on the sharp s; a Russian one the dot in its place."""
    page = desk.operator()
    press = "event => document.body.dispatchEvent(new KeyboardEvent('keydown', {...event, bubbles: true}))"
    search, dialog = page.get_by_role("searchbox"), page.get_by_role("dialog", name="Keyboard")
    for event in ({"key": "/", "code": "Digit7", "shiftKey": True}, {"key": ".", "code": "Slash"}):
        page.evaluate(press, event)
        expect(search).to_be_focused()
        search.press("Escape")
    for event in ({"key": "?", "code": "Minus"}, {"key": "?", "code": "Digit7"}, {"key": ",", "code": "Slash"}):
        page.evaluate(press, {**event, "shiftKey": True})
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.evaluate(press, {"key": "\N{CYRILLIC SMALL LETTER O}", "code": "KeyJ"})
    expect(page.locator("#announcer")).to_have_text("Анна Смирнова")
    expect(page.locator(".message")).to_have_count(1)
    page.evaluate(press, {"key": "\N{CYRILLIC SMALL LETTER U}", "code": "KeyE"})
    expect(page.get_by_role("button", name="Open 0")).to_be_focused()
    page.evaluate(press, {"key": "\N{CYRILLIC SMALL LETTER GHE}", "code": "KeyU"})
    expect(page.get_by_role("heading", name="Анна")).to_be_visible()
    page.evaluate(press, {"key": "\N{CYRILLIC SMALL LETTER KA}", "code": "KeyR"})
    expect(page.get_by_label("Your answer")).to_be_focused()
