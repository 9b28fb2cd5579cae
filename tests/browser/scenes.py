"""Every state of the dashboard, set up as in real use: for the screenshots, and for the checks of accessibility."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from playwright.sync_api import FilePayload, Page, Route, expect
from tests.browser.phone import take_in

from opchat_core.model import Presence
from opchat_core.testing.simulator.samples import SAMPLE_FILES

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

ANNA = 42
MIRA = 60
PEOPLE = {
    43: ("Boris", "Petrov", "Thank you, that helped!"),
    44: ("Mei", "Lin", "Do you ship to Singapore?"),
    45: ("Карим", "Юсупов", "Здравствуйте, когда привезут заказ 1893?"),
    46: ("Sofía", "Herrera", "¿Puedo cambiar la talla?"),
    47: ("Jonas", "Weber", "The code does not work"),
    48: ("Léa", "", "Perfect, see you on Monday"),
    49: ("محمد", "علي", "متى يصل طلبي؟"),
    50: ("Tove", "Lindqvist", "I would like to return the lamp"),
    51: ("Ольга", "Ким", "Спасибо!"),
}

Scene = Callable[["Desk", Page], None]


def populate(chat: OperatorChat, simulator: Simulator, now: datetime) -> None:
    """Fill an installation with an afternoon's chats."""
    for number, (user, (first, last, text)) in enumerate(PEOPLE.items(), start=1):
        simulator.user(user, first_name=first, last_name=last)
        written = now - timedelta(minutes=17 * number**2)
        chat.receive(user_id=user, text=text, first_name=first, last_name=last, created_at=written)
        if number % 2:
            chat.mark_read(user, 1)
    for user in (50, 51):
        chat.close_chat(user)
    simulator.user(ANNA, first_name="Анна", last_name="Смирнова", username="anna_s")
    name = {"first_name": "Анна", "last_name": "Смирнова", "username": "anna_s"}
    moments = iter(now - timedelta(minutes=minutes) for minutes in (1502, 1501, 1440, 12, 11))

    def says(text: str, **more: Any) -> None:
        number = simulator.send_text(ANNA, text)
        when = next(moments, now)
        chat.receive(user_id=ANNA, text=text, created_at=when, telegram_message_id=number, **{**name, **more})

    says("Hello! I ordered a desk lamp two weeks ago.")
    says("Order 1874, paid by card.")
    says("Is there any news?")
    says("Could you please check where it is? The address is Lesnaya 5.")
    chat.receive(
        user_id=ANNA,
        text="Could you please check where it is? The address is Lesnaya 15, flat 3.",
        telegram_message_id=chat.history(ANNA)[-1].telegram_message_id,
        edited=True,
        created_at=now - timedelta(minutes=10),
    )
    bill = {"fileId": "f", "fileName": "bill-1874.pdf", "fileSize": 184_233}
    says("The bill", message_type="document", media=bill)
    chat.reply(ANNA, "Good afternoon, Anna! I am asking the courier now, one moment please.", operator="Pavel")
    chat.reply(
        ANNA,
        "It left the depot this morning and arrives between 16:00 and 18:00. "
        "You can follow it here: https://track.example.com/1874",
        operator="Olga",
        reply_to=4,
    )
    says("Wonderful, thank you! I will be at home.")
    says("One more thing: can I pay for the bulb in cash?")


def open_chat(page: Page, user_id: int = ANNA) -> None:
    page.goto(f"/dashboard/users/{user_id}/operator-chat")
    expect(page.locator(".message").last).to_be_visible()


def send_samples(chat: OperatorChat, simulator: Simulator, *names: str) -> None:
    """Let Mira send one of each, then three pictures and a video as one album."""
    simulator.user(MIRA, first_name="Mira", last_name="Okafor")
    for name in names:
        simulator.send_sample(MIRA, name)
    photo, video = (SAMPLE_FILES[name].read() for name in ("photo", "video"))
    picture = {"kind": "photo", "data": photo}
    album = [{**picture, "caption": "The same from all sides"}, picture, picture, {"kind": "video", "data": video}]
    simulator.send_album(MIRA, album)
    take_in(chat, simulator)
    chat.mark_read(MIRA, chat.history(MIRA)[-1].seq)


def _pictures(desk: Desk, page: Page) -> None:
    send_samples(desk.chat, desk.simulator, "sticker", "voice")
    open_chat(page, MIRA)
    page.wait_for_function("() => [...document.querySelectorAll('#messages img')].every(image => image.complete)")


def _cards(desk: Desk, page: Page) -> None:
    send_samples(
        desk.chat, desk.simulator, "document", "audio", "video_note", "venue", "contact", "poll", "invoice", "gift"
    )
    open_chat(page, MIRA)
    page.locator("#pane").evaluate("pane => { pane.scrollTop -= 430; }")


def _viewer(desk: Desk, page: Page) -> None:
    send_samples(desk.chat, desk.simulator)
    open_chat(page, MIRA)
    page.get_by_role("button", name="Open: The same").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()


def _attaching(desk: Desk, page: Page) -> None:
    open_chat(page)
    photo, bill = (SAMPLE_FILES[name].read() for name in ("photo", "document"))
    files = [
        FilePayload(name="lamp.jpg", mimeType="image/jpeg", buffer=photo),
        FilePayload(name="bill-1874-corrected.pdf", mimeType="application/pdf", buffer=bill),
        FilePayload(name="empty.txt", mimeType="text/plain", buffer=b""),
    ]
    expect(page.locator("#attach")).to_be_enabled()
    page.locator("#picker").set_input_files(files)
    expect(page.locator(".chip")).to_have_count(3)
    field = page.get_by_role("textbox", name="Your answer")
    field.fill("Here is the corrected bill")
    field.evaluate("field => field.setSelectionRange(12, 21)")
    page.keyboard.press("Control+b")
    expect(page.locator("#preview strong")).to_be_visible()


def _buttons(desk: Desk, page: Page) -> None:
    open_chat(page)
    page.get_by_role("textbox", name="Your answer").focus()
    page.locator("#buttons-open").click()
    page.get_by_label("What stands on it").fill("Yes, please")
    page.get_by_role("button", name="One more").click()
    expect(page.get_by_label("What stands on it")).to_have_count(2)


def _menu(desk: Desk, page: Page) -> None:
    send_samples(desk.chat, desk.simulator)
    open_chat(page, MIRA)
    page.locator(".message").last.hover()
    page.locator(".message").last.get_by_role("button", name="More").click()
    expect(page.locator("#menu")).to_be_visible()


def _list(desk: Desk, page: Page) -> None:
    expect(page.locator(".row").first).to_be_visible()


def _empty(desk: Desk, page: Page) -> None:
    page.route(
        "**/api/operator-chats?*",
        lambda route: route.fulfill(json={"chats": [], "nextCursor": None, "counts": {"open": 0, "closed": 0}}),
    )
    page.reload()
    expect(page.locator("#list-empty")).to_be_visible()


def _loading(desk: Desk, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)  # and never answered

    page.route("**/api/operator-chats?*", hold)
    page.route("**/api/users/**", hold)
    page.goto(f"/dashboard/users/{ANNA}/operator-chat")
    expect(page.locator("#chat-skeleton")).to_be_visible()


def _chat(desk: Desk, page: Page) -> None:
    open_chat(page)


def _troubles(desk: Desk, page: Page) -> None:
    open_chat(page, 43)
    faults: list[tuple[str, dict[str, Any], str]] = [
        ("bad_request", {"description": "Bad Request: can't parse entities"}, "This one Telegram does not take."),
        ("cut_after", {}, "This one may have arrived."),
        ("too_many_requests", {"retry_after": 1800}, "This one has to wait for half an hour."),
    ]
    for number, (kind, options, words) in enumerate(faults, start=1):
        desk.simulator.fail("sendMessage", kind, **options)
        page.get_by_role("textbox", name="Your answer").fill(words)
        page.get_by_role("textbox", name="Your answer").press("Enter")
        expect(page.locator(".message.out .fate")).to_have_count(number)


def _offline(desk: Desk, page: Page) -> None:
    open_chat(page)
    expect(page.get_by_role("textbox", name="Your answer")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_be_visible()
    page.get_by_role("textbox", name="Your answer").fill("Written in a tunnel")
    page.get_by_role("textbox", name="Your answer").press("Enter")
    expect(page.locator(".pending .fate")).to_be_visible()


def _signed_out(desk: Desk, page: Page) -> None:
    open_chat(page)
    page.get_by_role("textbox", name="Your answer").fill("A draft that is kept")
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#banner a")).to_be_visible()


def _answering(desk: Desk, page: Page) -> None:
    open_chat(page)
    page.get_by_role("button", name="edited").click()
    expect(page.get_by_role("list", name="Earlier versions")).to_be_visible()
    page.get_by_label("Your answer").press("Control+ArrowUp")
    expect(page.locator("#quoting")).to_be_visible()
    page.keyboard.type("Of course, the courier takes cash")


def _colleagues(desk: Desk, page: Page) -> None:
    desk.chat.attend(ANNA, "Pavel", Presence.TYPING)
    desk.chat.attend(ANNA, "Anton", Presence.VIEWING)
    open_chat(page)
    expect(page.locator("#presence")).to_have_text("Pavel is typing. Anton is looking at this chat.")


def _closing(desk: Desk, page: Page) -> None:
    open_chat(page)
    page.get_by_role("button", name="Close chat").click()
    expect(page.locator("#toast")).to_be_visible()


def _blocked(desk: Desk, page: Page) -> None:
    desk.chat.set_blocked(48, blocked=True)
    open_chat(page, 48)
    expect(page.locator("#chat-blocked")).to_be_visible()


def _closed(desk: Desk, page: Page) -> None:
    page.goto("/dashboard/users/50/operator-chat?status=closed")
    expect(page.locator("#chat-closed")).to_be_attached()
    expect(page.locator(".message")).to_be_visible()


def _help(desk: Desk, page: Page) -> None:
    open_chat(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def _nothing_found(desk: Desk, page: Page) -> None:
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.locator("#list-empty")).to_be_visible()


def _missing(desk: Desk, page: Page) -> None:
    page.goto("/dashboard/users/4242/operator-chat")
    expect(page.locator("#chat-missing")).to_be_visible()


def _no_page(desk: Desk, page: Page) -> None:
    page.goto("/dashboard/nothing")
    expect(page.get_by_role("link", name="To the chats")).to_be_visible()


SCENES: dict[str, Scene] = {
    "list": _list,
    "empty": _empty,
    "loading": _loading,
    "chat": _chat,
    "closed": _closed,
    "answering": _answering,
    "pictures": _pictures,
    "cards": _cards,
    "viewer": _viewer,
    "menu": _menu,
    "attaching": _attaching,
    "buttons": _buttons,
    "colleagues": _colleagues,
    "closing": _closing,
    "blocked": _blocked,
    "nothing-found": _nothing_found,
    "missing": _missing,
    "no-page": _no_page,
    "help": _help,
    "troubles": _troubles,
    "offline": _offline,
    "signed-out": _signed_out,
}
"""Name -> how to get there from the list, as an operator who is logged in."""


def afternoon() -> datetime:
    """A moment for all of it, not long ago."""
    return datetime.now(UTC)
