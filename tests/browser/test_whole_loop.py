"""The job: a user writes, an operator sees it, opens the chat, answers, and sees that it arrived."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.browser.desk import PASSWORD, PHONE

from opchat_flask import hash_password

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

# The size of each thing that was loaded before the list was there, and how much of the page has jumped.
LOADED = """async () => {
  const later = (name) => /[/]js[/](chat|notify)[/]|chat[.]css|[/]strings[/]|[/]api[/](events|users|limits)/.test(name);
  const entries = performance.getEntries().filter((entry) => entry.decodedBodySize && !later(entry.name));
  const shift = await new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve([]), 500);
  });
  return {
    sizes: Object.fromEntries(entries.map((entry) => [entry.name, entry.decodedBodySize])),
    shift: shift.reduce((sum, entry) => sum + entry.value, 0),
  };
}"""

WATCH_PRESENCE = """() => {
  const place = document.getElementById("presence");
  window.seen = [];
  new MutationObserver(() => window.seen.push(place.textContent)).observe(place, { childList: true, subtree: true });
}"""


def test_an_operator_logs_in_sees_a_message_come_in_and_answers_it(
    desk: Desk, chat: OperatorChat, simulator: Simulator
) -> None:
    """Olga mistypes her password once, waits at an empty list, and answers the first user who writes."""
    chat.operators.add("Olga", hash_password(PASSWORD))
    simulator.user(42, first_name="Анна")
    page = desk.visitor()
    page.goto("/")
    page.get_by_label("Name").fill("Olga")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("No open chats.")).to_be_visible()
    expect(page.locator("#list-skeleton")).to_be_hidden()

    chat.receive(user_id=42, text="Where is my order?", first_name="Анна")
    row = page.get_by_role("link", name="Анна")
    expect(row).to_contain_text("Where is my order?")
    expect(row).to_contain_text("1 unread message")

    row.click()
    expect(page).to_have_url(re.compile(r"/dashboard/users/42/operator-chat$"))
    expect(row).not_to_contain_text("unread")
    page.keyboard.type("It is on its way,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Anna!")
    page.keyboard.press("Enter")
    answer = page.locator(".message.out")
    expect(answer.get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(answer).to_contain_text("It is on its way,\nAnna!")
    assert [message.text for message in simulator.sent(42)] == ["It is on its way,\nAnna!"]
    expect(page.get_by_label("Your answer")).to_have_value("")
    expect(row).to_contain_text("You: It is on its way")


def test_opening_a_chat_keeps_the_list_and_history_works(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """The page is loaded once; back, forward and reload land where the address says."""
    chat.receive(user_id=43, text="Hello", first_name="Boris")
    page = desk.operator()
    page.evaluate("window.loadedOnce = true")
    page.get_by_role("link", name="Анна").click()
    expect(page.locator(".message")).to_contain_text("Where is my order?")
    page.get_by_role("link", name="Boris").click()
    expect(page.get_by_role("heading", name="Boris")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Анна")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Pick a chat")).to_be_visible()
    assert page.evaluate("window.loadedOnce")
    page.go_forward()
    page.reload()
    expect(page.get_by_role("heading", name="Анна")).to_be_visible()
    expect(page.locator(".row.is-selected")).to_contain_text("Анна")


def test_a_chat_is_closed_and_reopened(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """It moves between the tabs with their counts, by button and by key, and a new message reopens it."""
    page = desk.operator()
    page.get_by_role("link", name="Анна").click()
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_role("heading", name="Pick a chat")).to_be_visible()
    expect(page.get_by_role("button", name="Open 0")).to_be_visible()
    assert chat.chat(anna).status == "closed"
    page.get_by_role("button", name="Closed 1").click()
    page.get_by_role("link", name="Анна").click()
    expect(page.locator("#status-button")).to_have_text("Reopen")
    page.locator("#pane").focus()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Close chat")).to_be_visible()
    expect(page.get_by_role("button", name="Open 1")).to_have_attribute("aria-pressed", "true")
    assert chat.chat(anna).status == "open"
    chat.close_chat(anna)
    expect(page.locator("#status-button")).to_have_text("Reopen")
    chat.receive(user_id=anna, text="One more thing")
    expect(page.get_by_role("button", name="Open 1")).to_be_visible()
    expect(page.locator(".message").last).to_contain_text("One more thing")


def test_closing_goes_on_to_the_next_open_chat_and_can_be_taken_back(desk: Desk, chat: OperatorChat) -> None:
    """A list is worked off with one key; who closed the wrong chat is back in it by another."""
    for user, name in ((43, "Boris"), (42, "Anna"), (41, "Carla")):
        chat.receive(user_id=user, text="Hello", first_name=name)
    page = desk.operator()
    page.get_by_role("link", name="Anna").click()
    expect(page.locator(".message")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Boris")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Closed: Anna")).to_be_visible()
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("#status-button")).to_be_enabled()
    page.keyboard.press("e")
    # It was the last one in the list, so the one before it follows.
    expect(page.get_by_role("heading", name="Carla")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Closed: Boris")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Boris")).to_be_visible()
    expect(page.get_by_role("link", name="Boris")).to_be_visible()
    assert [chat.chat(user).status for user in (41, 42, 43)] == ["open", "closed", "open"]


def test_two_operators_see_each_other_answer(desk: Desk, anna: int, simulator: Simulator) -> None:
    """Olga's answer appears at Pavel's under her name; his, written before he saw it, has to be confirmed."""
    olga, pavel = desk.operator("Olga"), desk.operator("Pavel")
    for page in (olga, pavel):
        page.goto(f"/dashboard/users/{anna}/operator-chat")
        expect(page.locator(".message")).to_have_count(1)
    # What Pavel's browser would learn from the server does not reach it for a while.
    pavel.route("**/api/users/*/operator-chat?*", lambda route: route.abort())
    pavel.get_by_label("Your answer").fill("Let me check.")
    olga.get_by_label("Your answer").fill("It comes today.")
    olga.get_by_label("Your answer").press("Enter")
    expect(olga.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    pavel.get_by_label("Your answer").press("Enter")
    expect(pavel.get_by_text("Olga has answered meanwhile.")).to_be_visible()
    expect(pavel.locator(".message.out").first).to_contain_text("It comes today.")
    pavel.unroute_all()
    pavel.get_by_role("button", name="Send anyway").click()
    expect(olga.locator(".message.out").nth(1)).to_contain_text("Let me check.")
    expect(olga.locator(".message.out .author")).to_have_text("Pavel")
    simulator.wait_until(lambda: len(simulator.sent(anna)) == 2)  # it is on the screens before it leaves
    assert [message.text for message in simulator.sent(anna)] == ["It comes today.", "Let me check."]


def test_colleagues_in_the_same_chat_are_seen(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """Who looks at it and who types in it, as it begins and as it ends; nobody sees themselves."""
    chat.receive(user_id=43, text="Hello", first_name="Boris")
    olga, pavel = desk.operator("Olga"), desk.operator("Pavel")
    olga.goto(f"/dashboard/users/{anna}/operator-chat")
    expect(olga.locator(".message")).to_have_count(1)
    pavel.get_by_role("link", name="Анна").click()
    expect(olga.locator("#presence")).to_have_text("Pavel is looking at this chat.")
    expect(pavel.locator("#presence")).to_have_text("Olga is looking at this chat.")
    pavel.get_by_label("Your answer").press_sequentially("Let me")
    expect(olga.locator("#presence")).to_have_text("Pavel is typing.")
    pavel.get_by_label("Your answer").press("Enter")
    expect(olga.locator("#presence")).to_have_text("Pavel is looking at this chat.")
    # Another window of his takes part and goes again: to Olga he is there all the time.
    olga.evaluate(WATCH_PRESENCE)
    second = pavel.context.new_page()
    second.goto(f"/dashboard/users/{anna}/operator-chat")
    second.get_by_label("Your answer").press_sequentially("By the")
    expect(olga.locator("#presence")).to_have_text("Pavel is typing.")
    second.close()
    expect(olga.locator("#presence")).to_have_text("Pavel is looking at this chat.")
    assert set(olga.evaluate("window.seen")) == {"Pavel is typing.", "Pavel is looking at this chat."}
    pavel.get_by_role("link", name="Boris").click()
    expect(olga.locator("#presence")).to_be_empty()
    pavel.go_back()
    expect(olga.locator("#presence")).to_have_text("Pavel is looking at this chat.")
    pavel.close()
    expect(olga.locator("#presence")).to_be_empty()


def test_everything_works_on_a_phone(desk: Desk, anna: int, simulator: Simulator) -> None:
    """List and chat are shown one at a time, with a way back, and nothing is larger than the screen."""
    for number in range(30):
        desk.chat.receive(user_id=anna, text=f"Message number {number}")
    page = desk.operator(size=PHONE)
    expect(page.get_by_role("link", name="Анна")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("link", name="Анна").click()
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_label("Your answer").fill("W" * 300)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    assert len(simulator.sent(anna)) == 1
    # Nothing that a mouse would have to point at first is out of a finger's reach.
    page.locator(".message.out").get_by_role("button", name="More").tap()
    expect(page.locator("#menu").get_by_role("button", name="Edit")).to_be_in_viewport(ratio=1)
    page.locator("#menu").get_by_role("button", name="Edit").tap()
    expect(page.locator("#quoting")).to_contain_text("Editing")
    page.get_by_role("button", name="Change nothing").tap()
    expect(page.locator("#quoting")).to_be_hidden()
    assert page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]") == list(PHONE)
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("link", name="Анна")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()


def test_the_list_is_painted_from_less_than_100_kilobytes(desk: Desk, anna: int) -> None:
    """Everything that a browser with an empty cache needs for it, counted unpacked; nothing moves while it comes."""
    page = desk.operator()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    page.reload()
    expect(page.get_by_role("link", name="Анна")).to_be_visible()
    loaded = page.evaluate(LOADED)
    assert len(loaded["sizes"]) > 10
    assert sum(loaded["sizes"].values()) < 100_000, loaded["sizes"]
    assert loaded["shift"] < 0.01
