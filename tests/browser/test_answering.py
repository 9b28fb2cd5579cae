"""Answers of every kind: with files, formatting, buttons and quotes; changed and taken back after they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect
from tests.support.deadline import eventually

from opchat_core.testing.simulator.samples import SAMPLE_FILES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

GIVE = """([where, kind, name, type, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type }));
  const more = kind === "paste" ? { clipboardData: data } : { dataTransfer: data };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  document.getElementById(where).dispatchEvent(new Kind(kind, { ...more, bubbles: true, cancelable: true }));
}"""
SELECT = """([id, from, to]) => {
  const text = document.querySelector(`#${id} .prose`).firstChild;
  getSelection().setBaseAndExtent(text, from, text, to);
}"""


def test_files_go_out_as_they_were_attached(desk: Desk, anna: int, simulator: Simulator, tmp_path: Path) -> None:
    """Picked, pasted and dropped; one is taken off again; the caption goes with them, bold and linked."""
    page = _open(desk, anna)
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(SAMPLE_FILES["photo"].read())
    page.locator("#picker").set_input_files([photo, photo])
    chips = page.get_by_role("list", name="Attached files").get_by_role("listitem")
    expect(chips).to_have_count(2)
    page.evaluate(GIVE, ["answer", "paste", "screenshot.txt", "text/plain", "pasted"])
    expect(chips).to_have_count(3)
    page.evaluate(GIVE, ["pane", "dragover", "dropped.txt", "text/plain", "x"])
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.evaluate(GIVE, ["pane", "drop", "dropped.txt", "text/plain", "dropped"])
    expect(page.get_by_text("Drop files here")).to_be_hidden()
    expect(chips).to_have_count(4)
    page.get_by_role("button", name="Remove dropped.txt").click()
    expect(chips).to_have_count(3)
    composer = page.get_by_label("Your answer")
    composer.fill("Two views: here")
    composer.evaluate("field => field.setSelectionRange(0, 9)")
    page.keyboard.press("Control+b")
    composer.evaluate("field => field.setSelectionRange(11, 15)")
    page.keyboard.press("Control+k")
    page.get_by_label("Where it leads").fill("https://example.com/lamp")
    page.keyboard.press("Enter")
    # What is typed before it moves it along.
    composer.evaluate("field => field.setSelectionRange(0, 0)")
    page.keyboard.type("The: ")
    expect(page.locator("#preview strong")).to_have_text("Two views")
    page.reload()
    expect(page.locator("#preview strong")).to_have_text("Two views")
    expect(page.get_by_role("button", name="Attach files")).to_be_visible()
    page.locator("#picker").set_input_files([photo, photo])
    expect(chips).to_have_count(2)
    composer.press("Enter")
    expect(page.locator(".message.out .piece img")).to_have_count(2)
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(page.locator(".message.out .prose")).to_have_text("The: Two views: here (example.com)")
    expect(chips).to_have_count(0)
    first, second = (message.body for message in simulator.sent(anna))
    assert first["media_group_id"] == second["media_group_id"]
    assert first["caption"] == "The: Two views: here"
    assert [(one["type"], one["offset"], one["length"]) for one in first["caption_entities"]] == [
        ("bold", 5, 9),
        ("text_link", 16, 4),
    ]


def test_a_file_outlives_a_dead_network_and_a_reload_and_can_be_stopped(
    desk: Desk, anna: int, simulator: Simulator
) -> None:
    """It goes out once when the network is back; one that takes too long comes back into the draft with its text."""
    page = _open(desk, anna)
    page.route("**/api/users/*/operator-chat", lambda route: route.abort())
    page.evaluate(GIVE, ["answer", "paste", "notes.txt", "text/plain", "all of it"])
    page.get_by_label("Your answer").fill("My notes")
    page.get_by_label("Your answer").press("Enter")
    expect(page.locator(".message.pending")).to_contain_text("notes.txt")
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.locator(".message.out").get_by_role("img", name="Sent", exact=True)).to_be_visible()
    assert [message.body.get("caption") for message in simulator.sent(anna)] == ["My notes"]
    assert len(simulator.ledger("sendDocument")) == 1

    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.evaluate(GIVE, ["answer", "paste", "large.txt", "text/plain", "x" * 2_000_000])
    page.get_by_label("Your answer").fill("A large one")
    page.get_by_label("Your answer").press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".message.pending")).to_have_count(0)
    expect(page.get_by_label("Your answer")).to_have_value("A large one")
    expect(page.get_by_role("list", name="Attached files")).to_contain_text("large.txt")


def test_what_was_sent_is_changed_and_taken_back(desk: Desk, anna: int, simulator: Simulator) -> None:
    """By the arrow up in an empty field; deleting asks first and says for how long it can be; the user sees both."""
    page = _open(desk, anna)
    composer = page.get_by_label("Your answer")
    composer.fill("Tomorow at nine")
    composer.press("Enter")
    answer = page.locator("#message-2")
    expect(answer.get_by_role("img", name="Sent", exact=True)).to_be_visible()
    composer.fill("")
    composer.press("ArrowUp")
    expect(page.locator("#quoting")).to_contain_text("Editing")
    expect(composer).to_have_value("Tomorow at nine")
    composer.press("Escape")
    expect(composer).to_have_value("")
    composer.press("ArrowUp")
    composer.fill("Tomorrow at nine")
    composer.press("Enter")
    expect(answer.locator(".prose")).to_have_text("Tomorrow at nine")
    expect(answer.get_by_role("button", name="edited")).to_be_visible()
    assert [message.text for message in simulator.messages(anna)][-1] == "Tomorrow at nine"
    answer.hover()
    answer.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this answer?")
    expect(dialog).to_contain_text("Can be changed for 47:59:")
    dialog.get_by_role("button", name="Cancel").click()
    answer.hover()
    answer.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(answer).to_contain_text("deleted")
    assert len(simulator.ledger("deleteMessage")) == 1


def test_a_part_of_a_message_is_answered_with_buttons_and_a_reaction(
    desk: Desk, chat: OperatorChat, simulator: Simulator
) -> None:
    """What is selected is quoted by a key; the reaction stands below the message, and goes by another click."""
    simulator.user(42, first_name="Anna")
    number = simulator.send_text(42, "Red or blue? And when?")
    chat.receive(user_id=42, text="Red or blue? And when?", first_name="Anna", telegram_message_id=number)
    page = _open(desk, 42)
    page.evaluate(SELECT, ["message-1", 0, 12])
    page.keyboard.press("r")
    expect(page.locator("#quoting")).to_contain_text("«Red or blue?»")
    page.keyboard.type("Which one?")
    page.get_by_role("button", name="Buttons under the answer").click()
    form = page.get_by_role("dialog", name="Buttons under the answer")
    form.get_by_label("What stands on it").fill("Red")
    form.get_by_role("button", name="One more").click()
    form.get_by_label("What stands on it").last.fill("Both")
    form.get_by_label("Address").last.fill("https://example.com/both")
    form.get_by_role("button", name="Done").click()
    page.get_by_label("Your answer").press("Enter")
    answer = page.locator("#message-2")
    expect(answer.get_by_role("img", name="Sent", exact=True)).to_be_visible()
    expect(answer.locator(".keys-sent")).to_have_text("RedBoth")
    (sent,) = simulator.sent(42)
    assert sent.body["quote"]["text"] == "Red or blue?"
    rows = sent.body["reply_markup"]["inline_keyboard"]
    assert [(key["text"], key.get("url")) for [key] in rows] == [("Red", None), ("Both", "https://example.com/both")]
    for given in (1, 0):
        page.locator("#message-1").hover()
        page.locator("#message-1").get_by_role("button", name="More").click()
        page.get_by_role("group", name="React").get_by_role("button").first.click()
        expect(page.locator("#message-1").get_by_role("img", name="We reacted with")).to_have_count(given)
        eventually(lambda: not chat.history(42)[0].pending_change, what="the reaction")
    # By keyboard the same menu is reached from the composer.
    page.get_by_label("Your answer").press("Control+ArrowUp")
    page.locator("#quoting").get_by_role("button", name="More").press("Enter")
    expect(page.locator("#menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()


def _open(desk: Desk, user_id: int) -> Page:
    page = desk.operator()
    page.goto(f"/dashboard/users/{user_id}/operator-chat")
    expect(page.locator(".message")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Attach files")).to_be_visible()
    return page
