"""What a message holds besides words: drawn in place where that can be done, else called by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.browser.phone import take_in
from tests.browser.scenes import MIRA, send_samples
from tests.support.deadline import eventually

from opchat_core.testing.simulator import FORWARD_ORIGINS

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

CHAT = f"/dashboard/users/{MIRA}/operator-chat"
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
ALL_THERE = "() => [...document.querySelectorAll('#messages img')].every(image => image.naturalWidth > 0)"


def test_pictures_are_shown_in_place_and_large(desk: Desk, chat: OperatorChat, simulator: Simulator) -> None:
    """Nothing moves while they come; an album is one bubble; the viewer goes through them by keys, and nearer."""
    send_samples(chat, simulator, "photo", "sticker", "video_sticker")
    page = desk.operator()
    page.add_init_script(WATCH_SHIFTS)
    page.goto(CHAT)
    expect(page.locator(".message")).to_have_count(4)
    page.wait_for_function(ALL_THERE)
    assert page.evaluate("window.shifted") < 0.01
    assert page.locator("#messages img:not([loading=lazy])").count() == 0
    album = page.locator(".message").last
    expect(album.locator(".piece")).to_have_count(4)
    expect(album).to_contain_text("The same from all sides")
    first = album.get_by_role("button", name="Open: The same from all sides")
    first.click()
    viewer = page.locator("#viewer")
    expect(viewer).to_contain_text("2 of 5")
    expect(viewer.get_by_role("img")).to_have_attribute("src", f"/api/media/{MIRA}/4")
    page.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("3 of 5")
    page.keyboard.press("z")
    expect(viewer.get_by_role("button", name="Closer")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(viewer).to_contain_text("1 of 5")
    expect(viewer.get_by_role("button", name="The one before")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(first).to_be_focused()


def test_voice_and_music_are_played_one_at_a_time(desk: Desk, chat: OperatorChat, simulator: Simulator) -> None:
    """At the speed that one likes, which is remembered; the second one stops the first."""
    simulator.user(MIRA, first_name="Mira")
    for name in ("voice", "audio"):
        simulator.send_sample(MIRA, name)
    take_in(chat, simulator)
    page = desk.operator()
    page.goto(CHAT)
    expect(page.locator(".player")).to_have_count(2)
    speed = page.get_by_role("button", name="Speed 1").first
    speed.click()
    page.get_by_role("button", name="Play: Voice message").click()
    state = "() => [...document.querySelectorAll('audio')].map((one) => [!one.paused, one.playbackRate])"
    eventually(lambda: page.evaluate(state)[0] == [True, 1.5], what="the voice, faster")
    page.get_by_role("button", name="Play: Samples").click()
    eventually(lambda: page.evaluate(state) == [[False, 1.5], [True, 1.5]], what="the music alone")
    page.reload()
    expect(page.get_by_role("button", name="Speed 1.5")).to_have_count(2)


def test_what_cannot_be_drawn_is_called_by_its_name(desk: Desk, chat: OperatorChat, simulator: Simulator) -> None:
    """A file to save, also where a browser does not know the format; a picture that does not come says so."""
    film = {"fileId": "f1", "mimeType": "video/x-msvideo", "fileName": "film.avi", "duration": 61}
    chat.receive(user_id=MIRA, text="", message_type="video", media=film, first_name="Mira")
    chat.receive(user_id=MIRA, text="", message_type="photo", media={"fileId": "no", "width": 400, "height": 300})
    simulator.user(MIRA, first_name="Mira")
    for name in ("document", "contact", "venue", "refunded_payment", "gift"):
        simulator.send_sample(MIRA, name)
    take_in(chat, simulator)
    large = {"fileId": "f2", "fileName": "disk.iso", "fileSize": 21 * 1024**2}
    chat.receive(user_id=MIRA, text="", message_type="document", media=large)
    page = desk.operator()
    page.goto(CHAT)
    expect(page.locator("#message-8")).to_contain_text("Over 20 MB: Telegram gives such files to no bot.")
    expect(page.locator("#message-8").get_by_role("link")).to_have_count(0)
    expect(page.get_by_role("link", name="film.avi")).to_contain_text("1:01")
    expect(page.get_by_role("img", name="It cannot be shown just now")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="document.pdf").click()
    assert saved.value.suggested_filename == "document.pdf"
    expect(page.get_by_role("link", name="+15550100")).to_have_attribute("href", "tel:+15550100")
    place = page.get_by_role("link", name="Show on OpenStreetMap")
    assert str(place.get_attribute("href")).startswith("https://www.openstreetmap.org/?mlat=59.93428&mlon=30.3351")
    expect(page.locator("#message-6")).to_contain_text("50 ★")
    expect(page.locator("#message-6")).to_contain_text("refunded")
    expect(page.locator("#message-7")).to_contain_text("Message of another kind")


def test_what_is_told_around_a_message_is_shown(desk: Desk, chat: OperatorChat, simulator: Simulator) -> None:
    """Formatting, where a link really leads, who wrote a forwarded message, which part is answered, and reactions."""
    simulator.user(42, first_name="Anna")
    take_in(chat, simulator)  # says what it wants to hear of from now on
    link = {"type": "text_link", "offset": 0, "length": 12, "url": "https://evil.example/login"}
    entities = [link, {"type": "bold", "offset": 13, "length": 6}, {"type": "italic", "offset": 16, "length": 3}]
    first = simulator.send_text(42, "bank.example strong", entities=entities)
    simulator.send_text(42, "from afar", forward_origin=FORWARD_ORIGINS["hidden_user"])
    simulator.send_text(42, "This?", reply_to=first, quote="strong")
    take_in(chat, simulator)
    chat.reply(42, "Yes", operator="Olga")
    eventually(lambda: chat.history(42)[-1].telegram_message_id is not None, what="Telegram's number")
    simulator.react(42, simulator.messages(42)[-1].message_id, "\N{THUMBS UP SIGN}")
    take_in(chat, simulator)
    page = desk.operator()
    page.goto("/dashboard/users/42/operator-chat")
    prose = page.locator("#message-1 .prose")
    expect(prose).to_have_text("bank.example (evil.example) strong")
    expect(prose.get_by_role("link")).to_have_attribute("href", "https://evil.example/login")
    expect(prose.locator("strong em")).to_have_text("ong")
    expect(page.locator("#message-2")).to_contain_text("Forwarded from Somebody")
    expect(page.locator("#message-3 .quote")).to_have_text("«strong»")
    expect(page.locator("#message-4").get_by_role("img", name="The user reacted")).to_be_visible()
