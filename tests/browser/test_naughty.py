"""Strings that have broken other programs, as names and as texts on the real page: shown as they are, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.security.test_strings import NAUGHTY

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat

TALL = 6000
"""Pixels in which all of them are on the page at once."""

#: What a reader sees, with the characters themselves where the page shows the number of an invisible one.
SHOWN = """
elements => elements.map(element => {
  const copy = element.cloneNode(true);
  for (const hidden of copy.querySelectorAll(".hidden-character")) {
    hidden.replaceWith(String.fromCodePoint(parseInt(hidden.textContent.slice(2), 16)));
  }
  return copy.textContent;
})
"""
#: A name is one line.
AS_LINES = r"texts => texts.map(text => text.replace(/\s+/gu, ' ').trim())"
#: What may stand in a text of a stranger, and what is wider than where it stands.
FOREIGN = "elements => elements.map(element => element.outerHTML)"
STICKING_OUT = """
elements => elements.filter(element => {
  const own = element.getBoundingClientRect(), around = element.closest("#pane, #rows").getBoundingClientRect();
  return own.left < around.left - 1 || own.right > around.right + 1 || own.width === 0;
}).map(element => element.outerHTML)
"""


def test_naughty_strings_are_shown_as_they_are(desk: Desk, chat: OperatorChat) -> None:
    """As texts and as names, byte for byte; nothing of them runs, and nothing sticks out, on any screen."""
    halves = {42: NAUGHTY[::2], 43: NAUGHTY[1::2]}  # for a page begins with the newest fifty
    for user_id, texts in halves.items():
        for text in texts:
            chat.receive(user_id=user_id, text=text, first_name="Anna")
    for number, text in enumerate(NAUGHTY):
        chat.receive(user_id=1000 + number, text="Hello", first_name=text)
    page = desk.operator(size=(1280, TALL))
    page.on("dialog", lambda dialog: desk.complaints.append(dialog.message))
    for user_id, texts in halves.items():
        page.set_viewport_size({"width": 1280, "height": TALL})
        page.goto(f"/dashboard/users/{user_id}/operator-chat")
        expect(page.locator(".message")).to_have_count(len(texts))
        assert page.locator(".message .prose").evaluate_all(SHOWN) == texts
        expect(page.locator(".row")).to_have_count(len(NAUGHTY) + 2)
        names = page.locator(".row-name").evaluate_all(SHOWN)
        assert sorted(page.evaluate(AS_LINES, names)) == sorted(page.evaluate(AS_LINES, [*NAUGHTY, "Anna", "Anna"]))
        _insist_that_all_is_contained(page)
        page.set_viewport_size({"width": 390, "height": TALL})
        _insist_that_all_is_contained(page)


def _insist_that_all_is_contained(page: Page) -> None:
    foreign = page.locator(".prose :not(a, .hidden-character), .row-name :not(bdi, .hidden-character)")
    assert foreign.evaluate_all(FOREIGN) == []
    assert page.locator(".prose:visible, .row-name:visible").evaluate_all(STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
