"""Faults between a client and the API: the same request twice, a lost answer, uploads that never end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation, reply
from tests.support.ledgers import Ledgers
from tests.support.proxy import CutAnswers, Proxy
from tests.support.threads import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

ANNA = 42


@pytest.fixture
def installation(processes: Processes, simulator: Simulator, clean_database: str) -> Installation:
    made = Installation(processes, simulator, clean_database)
    made.serve("--workers=2")
    return made


@pytest.fixture
def ledgers(simulator: Simulator, clean_database: str) -> Ledgers:
    return Ledgers(simulator, clean_database)


@pytest.fixture
def operator(installation: Installation, ledgers: Ledgers, simulator: Simulator) -> Iterator[httpx.Client]:
    """An operator, whom Anna has written to."""
    simulator.user(ANNA)
    with installation.operator() as client:
        told = client.post("/api/chat-message", json={"userId": ANNA, "messageText": "Hello?", "telegramMessageId": 1})
        assert told.status_code == 201
        ledgers.note(ANNA, "Hello?")
        yield client


def test_a_double_click_sends_once(operator: httpx.Client, ledgers: Ledgers) -> None:
    """The same click arrives twice at the same moment: both are told of the same answer, which leaves once."""
    for number in range(5):
        key = {"clientMessageId": f"click-{number}"}
        answers = at_once(2, lambda _, key=key: reply(operator, ANNA, f"out {key}", **key))  # type: ignore[misc] # bound now
        assert sorted(answer.status_code for answer in answers) == [200, 201]
        assert len({answer.json()["message"]["seq"] for answer in answers}) == 1
    eventually(ledgers.settled, what="the end of every answer")
    ledgers.assert_agree()


def test_a_client_that_lost_the_answer_asks_again_and_sends_once(
    installation: Installation, operator: httpx.Client, ledgers: Ledgers
) -> None:
    """The connection breaks before each answer: the repeated request finds what the first one did."""
    with Proxy(("127.0.0.1", installation.port)) as between:
        url = f"http://127.0.0.1:{between.port}"
        with httpx.Client(base_url=url, headers=operator.headers, timeout=30) as shaky:
            for number in range(10):
                key = {"clientMessageId": f"lost-{number}"}
                between.rule = CutAnswers(1, marker=b"operator-chat")
                with pytest.raises(httpx.TransportError):
                    reply(shaky, ANNA, f"out {number}", **key)
                again = reply(shaky, ANNA, f"out {number}", **key)
                assert again.status_code == 200
                assert again.json()["message"]["delivery"]["status"] == "sent"
    eventually(ledgers.settled, what="the end of every answer")
    ledgers.assert_agree()


def test_fifty_posts_of_five_keys_at_once_are_five_messages(operator: httpx.Client, ledgers: Ledgers) -> None:
    """Through two processes at once, one post a key is the first, and the other nine are told so."""
    answers = at_once(50, lambda n: reply(operator, ANNA, f"out key {n % 5}", clientMessageId=f"key-{n % 5}"))
    assert Counter(answer.status_code for answer in answers) == {201: 5, 200: 45}
    assert len([row for row in ledgers.rows(ANNA) if row.direction == "out"]) == 5
    eventually(ledgers.settled, what="the end of every answer")
    ledgers.assert_agree()


def test_fifty_reports_of_five_messages_at_once_are_five_rows(operator: httpx.Client, ledgers: Ledgers) -> None:
    """The same on the user's side, where Telegram's number is the key."""

    def report(number: int) -> int:
        body = {"userId": 7, "messageText": f"in {number % 5}", "telegramMessageId": 100 + number % 5}
        return operator.post("/api/chat-message", json=body).status_code

    assert Counter(at_once(50, report)) == {201: 5, 200: 45}
    assert sorted(row.text for row in ledgers.rows(7)) == [f"in {n}" for n in range(5)]
