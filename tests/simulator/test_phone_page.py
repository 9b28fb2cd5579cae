"""The page that plays the phone, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, FilePayload, Page, expect, sync_playwright
from tests.simulator.raw import Raw, upload

from opchat_core.testing.simulator import EXTERNAL_REPLY, FORWARD_ORIGINS, Simulator, sample_names
from opchat_core.testing.simulator.samples import SAMPLE_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

TEAPOT = SAMPLE_FILES["photo"].read()


def _is_complaint(line: ConsoleMessage) -> bool:
    # That a server is away is no fault of the page.
    return line.type == "error" and "net::ERR_" not in line.text


@pytest.fixture
def page(raw: Raw) -> Iterator[Page]:
    """A browser's page that fails the test when the console shows an error."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
            ],
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
    expect(page.locator(".file-name")).to_have_text("<i>.html")
    expect(page.locator(".person-name").first).to_have_text("<img src=x onerror=alert(1)> <b>Eve</b>")
    assert page.locator("main img, main b, main i, main script").count() == 0


def test_a_picture_goes_both_ways(page: Page, raw: Raw) -> None:
    """Attached to the composer it becomes a photo for the bot, and is shown."""
    page.goto(f"{raw.simulator.url}/?user=42")
    expect(page.get_by_text("Hello, Anna")).to_be_visible()
    page.locator("#file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": TEAPOT})
    expect(page.get_by_label("Files to send")).to_contain_text("a.jpg")
    page.get_by_label("Message", exact=True).fill("this one")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.mine img")).to_have_js_property("naturalWidth", 960)
    (update,) = raw.result("getUpdates")
    assert update["message"]["photo"][-1]["file_size"] == len(TEAPOT)
    assert update["message"]["caption"] == "this one"


def test_everything_that_people_send_is_shown(page: Page, raw: Raw) -> None:
    """A sample of each kind, from the last to the first, with pictures and players that have loaded."""
    simulator = raw.simulator
    for name in sample_names():
        simulator.send_sample(42, name)
    simulator.send_text(42, "from afar", forward_origin=FORWARD_ORIGINS["channel"])
    simulator.send_text(42, "about that", external_reply=EXTERNAL_REPLY)
    page.goto(f"{simulator.url}/?user=42")
    expect(page.locator(".bubble")).to_have_count(len(sample_names()) + 2)
    expect(page.locator(".bubble img").first).to_have_js_property("naturalWidth", 960)
    expect(page.locator(".bubble video").first).to_have_js_property("videoWidth", 320)
    expect(page.locator(".bubble audio").first).not_to_have_js_property("duration", 0)
    for words in ("Live location", "The Blue Teapot", "+15550100", "Which teapot?", "24.00 EUR", "Warm the pot"):
        expect(page.locator(".messages").get_by_text(words).first).to_be_visible()
    expect(page.locator(".forwarded")).to_have_text("Forwarded from Teapots of the world, The editors")
    page.get_by_text("A message of another kind").click()
    expect(page.get_by_text("something that nobody knows yet")).to_be_visible()
    page.get_by_role("button", name="Show the photo").first.click()
    expect(page.locator("#viewer img")).to_be_visible()


def test_everything_that_bots_send_is_shown(page: Page, raw: Raw) -> None:
    """Formatting, a quote, an album in a grid, buttons that can be pressed, a reaction, and their answers."""
    asked = raw.simulator.send_text(42, "Is it blue?")
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Shop", "url": "http://x.test/"}]]}
    entities = [{"type": "bold", "offset": 0, "length": 7}, {"type": "italic", "offset": 3, "length": 4}]
    quote = {"message_id": asked, "quote": "blue"}
    raw.result(
        "sendMessage", chat_id=42, text="It is so.", entities=entities, reply_parameters=quote, reply_markup=keyboard
    )
    media = json.dumps(
        [{"type": "photo", "media": "attach://f", "caption": "ours"}] + [{"type": "photo", "media": "attach://f"}] * 2
    )
    upload(raw, "sendMediaGroup", {"f": TEAPOT}, chat_id=42, media=media)
    raw.result("setMessageReaction", chat_id=42, message_id=asked, reaction=[{"type": "emoji", "emoji": "\N{FIRE}"}])
    page.goto(f"{raw.simulator.url}/?user=42")
    expect(page.locator(".bubble")).to_have_count(3)
    expect(page.locator(".bubble-text strong em")).to_have_text("is s")
    expect(page.locator(".bubble-quote")).to_contain_text("blue")
    expect(page.locator(".grid img")).to_have_count(3)
    expect(page.get_by_text("ours")).to_be_visible()
    expect(page.locator(".mine .chip")).to_have_text("\N{FIRE}")
    expect(page.get_by_role("link", name="Shop")).to_have_attribute("rel", "noopener noreferrer")
    page.get_by_role("button", name="Yes").click()
    raw.simulator.wait_until(lambda: raw.simulator.pending_updates() == 2)
    query = raw.result("getUpdates")[1]["callback_query"]
    assert query["data"] == "y"
    raw.result("answerCallbackQuery", callback_query_id=query["id"], text="Noted")
    expect(page.locator("#toast")).to_have_text("Noted")
    raw.result("sendChatAction", chat_id=42, action="upload_photo")
    expect(page.locator("#status")).to_have_text("sending a photo…")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_nobody_is_left_out(page: Page, raw: Raw, scheme: Literal["light", "dark"], width: int) -> None:
    """Names, roles and contrast of a chat with a bit of everything, as axe-core finds them."""
    for name in ("photo", "voice", "document", "location", "poll", "sticker", "unknown"):
        raw.simulator.send_sample(42, name)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    raw.result("sendMessage", chat_id=42, text="Well?", reply_to_message_id=1, reply_markup=keyboard)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(f"{raw.simulator.url}/?user=42")
    expect(page.locator(".bubble")).to_have_count(8)
    page.get_by_role("button", name="Attach").click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_person_answers_reacts_edits_and_deletes(page: Page, raw: Raw) -> None:
    """By the menu of a message."""
    answer = raw.result("sendMessage", chat_id=42, text="At nine.")["message_id"]
    raw.result("getUpdates", allowed_updates=["message", "edited_message", "message_reaction"])
    page.goto(f"{raw.simulator.url}/?user=42")
    page.locator(".bubble.theirs").click(button="right")
    page.get_by_role("button", name="\N{THUMBS UP SIGN}").click()
    expect(page.locator(".theirs .chip")).to_have_text("\N{THUMBS UP SIGN}")
    page.locator(".bubble.theirs").hover()
    page.locator(".bubble.theirs").get_by_role("button", name="What to do with this message").click()
    page.get_by_role("button", name="Reply").click()
    expect(page.locator("#aim-text")).to_have_text("At nine.")
    page.get_by_label("Message", exact=True).fill("Fien")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .bubble-quote")).to_contain_text("At nine.")
    page.locator(".bubble.mine").click(button="right")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Message", exact=True).fill("Fine")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .bubble-text")).to_have_text("Fine")
    page.locator(".bubble.theirs").click(button="right")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".bubble.theirs")).to_have_count(0)
    reaction, reply, edit = raw.result("getUpdates")
    assert reaction["message_reaction"]["message_id"] == answer
    assert reply["message"]["reply_to_message"]["message_id"] == answer
    assert edit["edited_message"]["text"] == "Fine"


def test_a_person_sends_what_is_under_the_paper_clip(page: Page, raw: Raw) -> None:
    """An album, a file, a sticker, a place, a contact, a sample, and a voice message by the microphone."""
    page.goto(f"{raw.simulator.url}/?user=42")
    expect(page.get_by_text("Hello, Anna")).to_be_visible()

    def choose(name: str) -> None:
        page.get_by_role("button", name="Attach").click()
        page.get_by_role("button", name=name).click()

    def arrived(count: int) -> None:
        expect(page.locator(".bubble")).to_have_count(count)

    photo: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": TEAPOT}
    film: FilePayload = {"name": "a.mp4", "mimeType": "video/mp4", "buffer": SAMPLE_FILES["video"].read()}
    page.locator("#file").set_input_files([photo, film])
    page.get_by_role("button", name="Send", exact=True).click()
    arrived(1)
    page.locator("#documents").set_input_files(photo)
    page.get_by_role("button", name="Send", exact=True).click()
    arrived(2)
    choose("Sticker")
    page.get_by_role("button", name="video sticker").click()
    arrived(3)
    choose("Location")
    page.get_by_label("Share it live").check()
    page.locator("#location").get_by_role("button", name="Send").click()
    arrived(4)
    choose("Contact")
    page.locator("#contact").get_by_role("button", name="Send").click()
    arrived(5)
    choose("Everything else")
    page.get_by_role("button", name="checklist").click()
    arrived(6)
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.locator("#recorded")).to_have_text("0:01")
    page.get_by_role("button", name="Record a voice message").click()
    arrived(7)
    messages = [update["message"] for update in raw.result("getUpdates")]
    assert [message.kind for message in raw.simulator.messages(42)] == [
        "photo",
        "video",
        "document",
        "sticker",
        "location",
        "contact",
        "checklist",
        "voice",
    ]
    assert messages[0]["media_group_id"] == messages[1]["media_group_id"]
    assert (messages[1]["video"]["width"], messages[1]["video"]["duration"]) == (320, 3)
    assert messages[4]["location"]["live_period"] == 900


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
