"""The bar that says why answers wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def worker(chat: OperatorChat) -> Iterator[None]:
    """Delivers what waits, as `opchat serve` does beside the server's own processes."""
    stop = threading.Event()
    thread = threading.Thread(target=chat.courier.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


def expect_bar(page: Page, words: str) -> None:
    expect(page.locator("#stalled")).to_contain_text(words)
    expect(page.locator("#stalled")).to_be_visible()


def test_the_bar_says_why_nothing_leaves_and_goes_when_it_does(
    desk: Desk, chat: OperatorChat, worker: None, simulator: Simulator
) -> None:
    """A refused token, a Telegram that fails, one that asks for a pause: each is told in the list and in a chat."""
    users = range(42, 50)
    for user_id in users:
        simulator.user(user_id)
        chat.receive(user_id=user_id, text="Hello?", first_name="Anna")
    olga, boris = desk.operator("Olga"), desk.operator("Boris", language="ru")
    boris.goto(f"{desk.site.url}/dashboard/users/42/operator-chat")
    troubles = [
        ("unauthorized", "Telegram refuses the bot's token", "Telegram не принимает токен"),
        ("server_error", "Telegram does not answer", "Telegram не отвечает"),
        ("too_many_requests", "Telegram asks for a pause", "Telegram просит подождать"),
    ]
    for trouble, words, russian in troubles:
        expect(olga.locator("#stalled")).to_be_hidden()
        simulator.fail("*" if trouble == "unauthorized" else "sendMessage", trouble, times=None)
        for user_id in users:
            chat.reply(user_id, f"In spite of {trouble}")
        expect_bar(olga, words)
        expect_bar(boris, russian)
        simulator.clear_faults()
    expect(olga.locator("#stalled")).to_be_hidden()
    expect(boris.locator("#stalled")).to_be_hidden()
