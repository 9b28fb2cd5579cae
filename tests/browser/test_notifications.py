"""News reach an operator who looks elsewhere, once, however many pages are open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from tests.support.deadline import eventually

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat

# A page of a browser without a screen is always in sight, and what it notifies of is seen by nobody: it is told that
# it is hidden, and keeps what it would have shown.
WATCHED = """
window.told = [];
window.notes = 0;
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, options) { super(); window.told.push([title, options.body]); window.last = this; }
  close() {}
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.notes++; return start.apply(this, when); };
let hidden = false;
Object.defineProperty(document, "hidden", { get: () => hidden });
Object.defineProperty(document, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
window.hide = (value) => { hidden = value; document.dispatchEvent(new Event("visibilitychange")); };
"""


@pytest.fixture
def pages(desk: Desk, chat: OperatorChat, anna: int) -> list[Page]:
    """Three pages of Olga's, all at the list."""
    chat.mark_read(anna, 1)
    first = desk.operator()
    pages = [first, first.context.new_page(), first.context.new_page()]
    for page in pages:
        page.add_init_script(WATCHED)
        page.goto("/dashboard/operator-chats")
        expect(page.locator(".row")).to_have_count(1)
        page.wait_for_function("() => document.getElementById('bell').title")
    return pages


def told(pages: list[Page]) -> list[list[str]]:
    return [one for page in pages for one in page.evaluate("window.told")]


def test_a_message_is_told_of_once_however_many_pages_are_open(
    chat: OperatorChat, anna: int, pages: list[Page]
) -> None:
    """Nothing while a page is in sight; one desktop notification when none is, from pages that come and go."""
    chat.receive(user_id=anna, text="In sight")
    for page in pages:
        expect(page.locator(".row")).to_contain_text("In sight")
    assert told(pages) == []
    for page in pages:
        page.evaluate("hide(true)")
    chat.receive(user_id=anna, text="Out of sight")
    eventually(
        lambda: (
            told(pages)
            == [["\u0410\u043d\u043d\u0430 \u0421\u043c\u0438\u0440\u043d\u043e\u0432\u0430", "Out of sight"]]
        ),
        what="one notification",
    )
    (leader,) = [page for page in pages if page.evaluate("window.told.length")]
    pages.remove(leader)
    leader.close()
    chat.receive(user_id=43, text="And from me", first_name="B\u202eoris")
    eventually(lambda: told(pages) == [["BU+202Eoris", "And from me"]], what="one more, by another page")
    (leader,) = [page for page in pages if page.evaluate("window.told.length")]
    leader.evaluate("window.last.dispatchEvent(new Event('click'))")
    expect(leader.get_by_role("heading", name="oris")).to_be_visible()
    # What is written by an operator is no news.
    chat.reply(anna, "Hello", operator="Pavel")
    chat.receive(user_id=44, text="The last", first_name="Carla")
    eventually(lambda: told(pages)[1:] == [["Carla", "The last"]], what="the last one")


def test_a_sound_comes_from_one_page_and_can_be_switched_off(chat: OperatorChat, anna: int, pages: list[Page]) -> None:
    """From the page that was clicked in, not for the chat that one looks at, and not once it is switched off."""

    def notes() -> list[int]:
        return [page.evaluate("window.notes") for page in pages]

    pages[1].get_by_role("searchbox").click()
    eventually(lambda: pages[1].evaluate("navigator.userActivation.hasBeenActive"), what="the click")
    chat.receive(user_id=43, text="Ding", first_name="Boris")
    eventually(lambda: notes() == [0, 2, 0], what="two notes")
    pages[1].get_by_role("link", name="Boris").click()
    expect(pages[1].locator(".message")).to_have_count(1)
    chat.receive(user_id=43, text="Seen at once")
    expect(pages[1].locator(".message")).to_have_count(2)
    assert notes() == [0, 2, 0]
    pages[2].get_by_role("button", name="Click to mute them").click()
    muted = pages[1].get_by_role("button", name="New messages are muted")
    expect(muted).to_have_attribute("aria-pressed", "false")
    chat.receive(user_id=anna, text="Silence")
    expect(pages[1].locator(".row").first).to_contain_text("Silence")
    assert notes() == [0, 2, 0]


def test_title_and_icon_count_unread_chats_whatever_the_list_shows(
    chat: OperatorChat, anna: int, pages: list[Page]
) -> None:
    """Also while one searches or looks at closed chats; and the icon is plain again when all is read."""
    page = pages[0]
    icon = page.locator('link[rel="icon"]')
    page.get_by_role("button", name="Closed").click()
    chat.receive(user_id=anna, text="Anybody?")
    chat.receive(user_id=43, text="Hello?", first_name="Boris")
    expect(page).to_have_title("(2) opchat")
    eventually(lambda: "%3E2%3C" in (icon.get_attribute("href") or ""), what="the badge")
    chat.mark_read(anna, 2)
    chat.mark_read(43, 1)
    expect(page).to_have_title("opchat")
    eventually(lambda: (icon.get_attribute("href") or "").endswith("favicon.svg"), what="the plain icon")
