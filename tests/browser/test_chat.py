"""The open chat: history without a jump, news without a jump, and strangers' texts that stay texts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from tests.support.deadline import eventually

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

# Scrolls up by half a screen a step, and watches what is drawn, how long a step takes, and whether what was in sight
# moves by anything but the step.
SCROLL_UP = """async (steps) => {
  const pane = document.getElementById("pane");
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const met = new Set();
  const times = [];
  const found = { most: 0, moved: 0 };
  for (let step = 0; step < steps; step++) {
    const rows = [...pane.querySelectorAll(".message")];
    for (const row of rows) met.add(Number(row.id.slice(8)));
    found.most = Math.max(found.most, rows.length);
    const top = pane.getBoundingClientRect().top;
    const seen = rows.find((row) => row.getBoundingClientRect().bottom > top);
    const [before, at] = [seen.getBoundingClientRect().top, pane.scrollTop];
    pane.scrollTop -= 300;
    const by = at - pane.scrollTop;
    const began = performance.now();
    await frame();
    await frame();
    times.push(performance.now() - began);
    const now = document.getElementById(seen.id);
    found.moved = Math.max(found.moved, Math.abs(now.getBoundingClientRect().top - before - by));
    if (pane.scrollTop < 300) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  times.sort((one, other) => one - other);
  return { ...found, usual: times[Math.floor(times.length / 2)], met: [...met].sort((one, other) => one - other) };
}"""
RIGHT_TO_LEFT_OVERRIDE = "\u202e"


def test_older_messages_come_without_a_jump(desk: Desk, chat: OperatorChat) -> None:
    """120 messages: the page opens at the newest 50, and what one reads stays in place while older ones load."""
    for number in range(1, 121):
        chat.receive(user_id=42, text=f"Message number {number}", first_name="Анна")
    chat.mark_read(42, 120)
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    expect(page.locator("#message-120")).to_be_in_viewport()
    expect(page.locator(".message")).to_have_count(50)
    page.evaluate("document.getElementById('pane').scrollTop = 30")
    before = _top(page, "#message-72")
    expect(page.locator("#message-21")).to_be_attached()
    assert abs(_top(page, "#message-72") - before) < 2
    page.evaluate("document.getElementById('pane').scrollTop = 0")
    expect(page.locator(".message")).to_have_count(120)


@pytest.mark.timeout(300)
def test_a_history_of_10000_messages_stays_light(desk: Desk, chat: OperatorChat) -> None:
    """However far one scrolls, few messages are on the page, none is left out, and what one reads stays in place."""
    chat.receive(user_id=42, text="Where it all began", first_name="Анна", telegram_message_id=1)
    with ThreadPoolExecutor(16) as users:  # many at once, for they are committed together
        list(users.map(lambda number: chat.receive(user_id=42, text="and more " * (number % 40 + 1)), range(2, 10_000)))
    chat.receive(user_id=42, text="As I said at first", reply_to_telegram_message_id=1)
    chat.mark_read(42, 10_000)
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    expect(page.locator("#message-10000")).to_be_in_viewport()
    scrolled = page.evaluate(SCROLL_UP, 150)
    assert scrolled["moved"] < 2
    assert scrolled["most"] <= 150
    assert scrolled["usual"] < 100  # milliseconds for two frames, which take 33 at best
    assert scrolled["met"] == list(range(scrolled["met"][0], 10_001))
    assert len(scrolled["met"]) > 400
    to_newest = page.get_by_role("button", name="To the newest")
    to_newest.click()
    expect(page.locator("#message-10000")).to_be_in_viewport()
    expect(to_newest).to_be_hidden()
    # A quote of the very first message leads there; what comes in meanwhile moves nothing; and there is a way back.
    page.locator("#message-10000 .quote").click()
    expect(page.locator("#message-1")).to_be_in_viewport()
    before = _top(page, "#message-1")
    chat.receive(user_id=42, text="And one more")
    expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    assert abs(_top(page, "#message-1") - before) < 2
    assert page.locator(".message").count() <= 150
    page.get_by_role("button", name="1 new message").click()
    expect(page.get_by_text("And one more").last).to_be_in_viewport()


def test_an_answer_quotes_the_message_that_it_answers(desk: Desk, chat: OperatorChat, simulator: Simulator) -> None:
    """By a button beside it, or by keys that go through the messages; the user sees the quote; it leads back there."""
    simulator.user(42, first_name="Анна")
    texts = ("Where is my order?", "And the bill?")
    numbers = [simulator.send_text(42, text) for text in texts]
    for text, number in zip(texts, numbers, strict=True):
        chat.receive(user_id=42, text=text, first_name="Анна", telegram_message_id=number)
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    page.locator("#message-1").hover()
    page.locator("#message-1").get_by_role("button", name="Answer this message").click()
    quoted = page.locator("#quoting")
    expect(quoted).to_contain_text("Where is my order?")
    expect(page.get_by_label("Your answer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(quoted).to_be_hidden()
    page.keyboard.press("Control+ArrowUp")
    expect(quoted).to_contain_text("And the bill?")
    page.keyboard.press("Control+ArrowUp")
    expect(quoted).to_contain_text("Where is my order?")
    page.keyboard.type("In the depot.")
    page.reload()
    expect(quoted).to_contain_text("Where is my order?")
    page.get_by_label("Your answer").press("Enter")
    expect(quoted).to_be_hidden()
    answer = page.locator(".message.out")
    expect(answer.get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(answer.locator(".quote")).to_have_text("Where is my order?")
    assert [message.body["reply_to_message"]["message_id"] for message in simulator.sent(42)] == [numbers[0]]
    answer.locator(".quote").click()
    expect(page.locator("#message-1.shown")).to_be_in_viewport()


def test_an_edited_message_shows_what_it_said_before(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """A click opens the earlier versions, another one closes them; a new edit puts them away, for they are then old."""
    chat.receive(user_id=anna, text="Street 5", telegram_message_id=7)
    chat.receive(user_id=anna, text="Street 15", telegram_message_id=7, edited=True)
    page = desk.operator()
    page.goto(f"/dashboard/users/{anna}/operator-chat")
    versions = page.get_by_role("list", name="Earlier versions")
    edited = page.get_by_role("button", name="edited")
    edited.click()
    expect(versions).to_contain_text("Street 5")
    edited.click()
    expect(versions).to_have_count(0)
    edited.click()
    expect(versions).to_contain_text("Street 5")
    chat.receive(user_id=anna, text="Street 15, flat 3", telegram_message_id=7, edited=True)
    expect(page.get_by_text("Street 15, flat 3").last).to_be_visible()
    expect(versions).to_have_count(0)
    edited.click()
    expect(versions.get_by_role("listitem")).to_have_count(2)


def test_who_reads_above_is_told_of_news_and_not_moved(desk: Desk, chat: OperatorChat) -> None:
    """A pill counts what came; only going there marks it read."""
    for number in range(1, 41):
        chat.receive(user_id=42, text=f"Message number {number}", first_name="Анна")
    chat.mark_read(42, 40)
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    expect(page.locator(".message")).to_have_count(40)
    page.evaluate("document.getElementById('pane').scrollTop = 200")
    expect(page.get_by_role("button", name="To the newest")).to_be_visible()
    before = _top(page, "#message-10")
    chat.receive(user_id=42, text="Breaking news")
    pill = page.get_by_role("button", name="1 new message")
    expect(pill).to_be_visible()
    assert abs(_top(page, "#message-10") - before) < 2
    assert chat.chat(42).unread_count == 1
    pill.click()
    expect(page.get_by_text("Breaking news").last).to_be_in_viewport()
    expect(pill).to_be_hidden()
    eventually(lambda: chat.chat(42).unread_count == 0, what="the mark")
    expect(page.locator(".row .unread")).to_have_count(0)


def test_a_chat_opens_at_its_first_unread_message(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """More came in than fits: reading begins where one left off, and nothing below counts as read."""
    for number in range(2, 42):
        chat.receive(user_id=anna, text=f"Message number {number}")
    chat.mark_read(anna, 10)
    page = desk.operator()
    page.get_by_role("link", name="Анна").click()
    expect(page.locator(".unread-line")).to_be_in_viewport()
    expect(page.locator(".unread-line + .message")).to_have_id("message-11")
    expect(page.locator("#message-41")).not_to_be_in_viewport()
    assert chat.chat(anna).unread_count == 31
    page.get_by_role("button", name="31 new messages").click()
    expect(page.locator(".row .unread")).to_have_count(0)
    # Back here later, it begins where news begin then.
    page.goto("/dashboard/operator-chats")
    chat.receive(user_id=anna, text="The latest")
    page.get_by_role("link", name="Анна").click()
    expect(page.locator(".unread-line + .message")).to_contain_text("The latest")


def test_hostile_texts_stay_texts(desk: Desk, chat: OperatorChat) -> None:
    """Markup is shown as written, direction tricks and invisible characters are shown, links lead where they say."""
    markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    chat.receive(user_id=42, text=markup, first_name=f"<b>{RIGHT_TO_LEFT_OVERRIDE}gpj.exe", last_name=markup)
    chat.receive(
        user_id=42, text=f"a{RIGHT_TO_LEFT_OVERRIDE}b\u200bc\u2066d \N{FAMILY}\N{WHITE HEAVY CHECK MARK}\ufe0f"
    )
    chat.receive(user_id=42, text="javascript:alert(3) data:text/html,x https://example.com/a?b=1). HTTP://EXAMPLE.ORG")
    chat.receive(user_id=42, message_type="unsupported", payload={"<script>": f"{RIGHT_TO_LEFT_OVERRIDE}</pre>"})
    page = desk.operator()
    page.on("dialog", lambda dialog: desk.complaints.append(dialog.message))
    page.goto("/dashboard/users/42/operator-chat")
    expect(page.locator(".message")).to_have_count(4)
    expect(page.locator("#message-1 .prose")).to_have_text(markup)
    expect(page.locator("#chat-name")).to_have_text(f"<b>U+202Egpj.exe {markup}")
    expect(page.locator("#message-2 .hidden-character")).to_have_text(["U+202E", "U+200B", "U+2066"])
    assert page.locator("#message-3 a").evaluate_all("links => links.map(link => link.href)") == [
        "https://example.com/a?b=1",
        "http://example.org/",
    ]
    assert page.locator("#message-3 a").first.get_attribute("rel") == "noopener noreferrer nofollow"
    page.get_by_text("Raw data").click()
    expect(page.locator("#message-4 pre")).to_contain_text('"<script>": "\\u202e</pre>"')
    assert page.locator("#messages :is(img, script), #chats :is(img, script)").count() == 0
    assert RIGHT_TO_LEFT_OVERRIDE not in page.locator("body").inner_text()


def test_no_message_takes_the_chat_with_it(desk: Desk, chat: OperatorChat) -> None:
    """Anybody may post any JSON: names of JavaScript's own, objects in place of words, formatting without an end."""
    trap = {"toString": 1, "valueOf": 1}
    span = {"offset": 0, "length": 5}
    chat.receive(user_id=42, text="first", entities=[{"type": "constructor", **span}, {"type": "bold", **span}])
    chat.receive(user_id=42, text="links", entities=[{"type": "text_link", "url": trap, **span}])
    chat.receive(user_id=42, text="depth", entities=[{"type": "bold", **span}] * 3000)
    chat.receive(user_id=42, message_type="venue", payload={"title": trap, "address": "here"})
    chat.receive(user_id=42, text="trick", context={"forward_origin": {"sender_user_name": trap}})
    chat.receive(user_id=42, text="last")
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    expect(page.locator(".message .prose")).to_have_text(["first", "links", "depth", "trick", "last"])
    expect(page.locator("#message-1 strong")).to_have_text("first")
    expect(page.locator("#message-4 pre")).to_contain_text('"address": "here"')


def test_what_a_message_is_and_was_is_shown(desk: Desk, chat: OperatorChat, anna: int) -> None:
    """A file by its name, a place by its coordinates, an edit and a doubtful origin by a mark, a reply by its quote."""
    chat.receive(user_id=anna, text="Street 5", telegram_message_id=7)
    chat.receive(user_id=anna, text="Street 15", telegram_message_id=7, edited=True)
    chat.receive(
        user_id=anna,
        text="The bill",
        message_type="document",
        media={"fileId": "f", "fileName": "bill.pdf", "fileSize": 184_233},
    )
    chat.receive(user_id=anna, message_type="location", payload={"latitude": 55.75, "longitude": 37.61})
    chat.receive(user_id=anna, text="Send me money", verified=False)
    chat.reply(anna, "To that address?", operator="Olga", reply_to=2)
    page = desk.operator()
    page.goto(f"/dashboard/users/{anna}/operator-chat")
    expect(page.locator("#message-2")).to_contain_text("Street 15")
    expect(page.locator("#message-2")).to_contain_text("edited")
    expect(page.locator("#message-3")).to_contain_text("bill.pdf")
    expect(page.locator("#message-3")).to_contain_text("180 kB")
    expect(page.locator("#message-4")).to_contain_text("Location")
    expect(page.locator("#message-4")).to_contain_text("55.75, 37.61")
    expect(page.locator("#message-5")).to_contain_text("unverified")
    expect(page.locator("#message-4 .unverified")).to_have_count(0)
    expect(page.locator("#message-6 .quote")).to_have_text("Street 15")


def test_a_chat_that_does_not_exist_is_called_so(desk: Desk) -> None:
    """A mistyped address leads to a sentence, not to an empty chat to write into."""
    page = desk.operator()
    page.goto("/dashboard/users/4242/operator-chat")
    expect(page.get_by_text("There is no chat with this user.")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_hidden()


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["y"]
