"""The page that plays the phone, in a real browser."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


def _is_complaint(line: ConsoleMessage) -> bool:
    # That a server is away is no fault of the page.
    return line.type == "error" and "net::ERR_" not in line.text


@pytest.fixture
def page(raw: Raw) -> Iterator[Page]:
    """A browser's page that fails the test when the console shows an error."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        opened = browser.new_page()
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda line: complaints.append(line.text) if _is_complaint(line) else None)
        yield opened
        browser.close()
    assert complaints == []


def test_a_person_chats(page: Page, raw: Raw) -> None:
    """Typing sends, the tick doubles when the bot confirms, the answer and its signs of life appear by themselves."""
    page.goto(f"{raw.simulator.url}/?user=42")
    page.get_by_role("button", name="Start").click()
    own = page.locator(".bubble.mine")
    expect(own.locator("[data-ticks='1']")).to_have_count(1)
    page.get_by_label("Message", exact=True).fill("Where is my order?")
    page.keyboard.press("Enter")
    expect(own).to_have_count(2)
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    last = raw.result("getUpdates")[-1]
    assert last["message"]["text"] == "Where is my order?"
    raw.result("getUpdates", offset=last["update_id"] + 1)
    expect(own.locator("[data-ticks='2']")).to_have_count(2)
    raw.result("sendChatAction", chat_id=42, action="typing")
    expect(page.get_by_role("status")).to_have_text("typing…")
    answer = raw.result("sendMessage", chat_id=42, text="On its way!")
    expect(page.locator(".bubble.theirs .bubble-text")).to_have_text("On its way!")
    expect(page.get_by_role("status")).not_to_have_text("typing…")
    there = {"chat_id": 42, "message_id": answer["message_id"]}
    raw.result("editMessageText", **there, text="It is there.")
    expect(page.locator(".bubble.theirs")).to_contain_text("edited")
    raw.result("deleteMessage", **there)
    expect(page.locator(".bubble.theirs")).to_have_count(0)


def test_people_come_and_go(page: Page, raw: Raw) -> None:
    """A new user is made and chosen, the chats do not mix, and the address leads back to the phone."""
    raw.simulator.send_text(42, "from Anna")
    page.goto(raw.simulator.url)
    expect(page.get_by_text("Choose a phone")).to_be_visible()
    page.get_by_role("button", name="New user").click()
    page.get_by_label("First name").fill("Clara")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hello, Clara")).to_be_visible()
    page.get_by_role("button", name=re.compile("Anna")).click()
    expect(page.locator(".bubble-text")).to_have_text("from Anna")
    page.reload()
    expect(page.locator(".bubble-text")).to_have_text("from Anna")
    assert [user.first_name for user in raw.simulator.users()] == ["Anna", "Clara"]


def test_blocking_and_unblocking(page: Page, raw: Raw) -> None:
    """The composer gives way to a button that brings it back; the bot is told of both."""
    page.goto(f"{raw.simulator.url}/?user=42")
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_text("You blocked this bot.")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Unblock").click()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    assert [list(update)[1] for update in raw.result("getUpdates")] == ["my_chat_member"] * 2


def test_what_strangers_write_stays_text(page: Page, raw: Raw) -> None:
    """Markup in names, texts and file names is shown, not obeyed."""
    raw.simulator.user(43, "<img src=x onerror=alert(1)>", "<b>Eve</b>")
    raw.simulator.send_text(43, "<script>alert(1)</script>")
    raw.simulator.send_document(43, b"<script>", file_name="<i>.html")
    page.goto(f"{raw.simulator.url}/?user=43")
    expect(page.locator(".bubble-text")).to_have_text("<script>alert(1)</script>")
    expect(page.locator(".bubble-file")).to_have_text("<i>.html")
    expect(page.locator(".person-name").first).to_have_text("<img src=x onerror=alert(1)> <b>Eve</b>")
    assert page.locator("main img, main b, main i, main script").count() == 0


def test_a_picture_goes_both_ways(page: Page, raw: Raw) -> None:
    """Attached to the composer it becomes a photo for the bot, and is shown."""
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    )
    page.goto(f"{raw.simulator.url}/?user=42")
    expect(page.get_by_text("Hello, Anna")).to_be_visible()
    page.locator("#file").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": pixel})
    picture = page.locator(".bubble.mine img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    (update,) = raw.result("getUpdates")
    assert update["message"]["photo"][-1]["file_size"] == len(pixel)


def test_on_a_narrow_screen_the_list_and_the_phone_take_turns(page: Page, raw: Raw, simulator: Simulator) -> None:
    """With a way back, and nothing wider than the screen."""
    page.set_viewport_size({"width": 360, "height": 720})
    simulator.send_text(42, "averylongword" * 30)
    page.goto(simulator.url)
    page.get_by_role("button", name=re.compile("Anna")).click()
    expect(page.locator(".people")).to_be_hidden()
    expect(page.locator(".bubble")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="All users").click()
    expect(page.locator(".phone")).to_be_hidden()


def test_a_restart_is_survived(page: Page) -> None:
    """The page says that the connection is gone, and goes on when it is back."""
    with Simulator() as before:
        before.user(42, "Anna")
        page.goto(f"{before.url}/?user=42")
        expect(page.get_by_role("status")).to_contain_text("you are Anna")
    expect(page.get_by_role("status")).to_contain_text("no connection")
    with Simulator(port=before.port) as after:
        after.user(42, "Anna")
        after.send_text(42, "Hello")
        expect(page.locator(".bubble-text")).to_have_text("Hello")
        page.goto("about:blank")
