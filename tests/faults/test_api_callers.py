"""Faults between a client and the API: the same request twice, a lost answer, uploads that never end."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation, reply
from tests.support.ledgers import Ledgers
from tests.support.proxy import CutAnswers, Proxy
from tests.support.threads import at_once

from opchat_flask.front.front import THREADS

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
            for number in range(5):
                key = {"clientMessageId": f"lost-{number}"}
                between.rule = CutAnswers(1, marker=b"operator-chat")
                with pytest.raises(httpx.TransportError):
                    reply(shaky, ANNA, f"out {number}", **key)
                again = reply(shaky, ANNA, f"out {number}", **key)
                assert again.status_code == 200
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


def test_uploads_that_stall_leave_the_server_to_others(
    processes: Processes, simulator: Simulator, clean_database: str, ledgers: Ledgers
) -> None:
    """More uploads than the server has threads stop in the middle, whoever sends them: nobody else waits."""
    installation = Installation(processes, simulator, clean_database)
    installation.serve(OPCHAT_INGEST="open")
    installation.bot()
    ledgers.write(ANNA)
    eventually(ledgers.saved_all, within=30)
    with installation.operator(timeout=10) as operator:

        def others_are_served() -> None:
            assert httpx.get(f"{installation.url}/healthz", timeout=5).status_code == 200
            assert operator.get("/api/operator-chats").status_code == 200

        bearer = operator.headers["Authorization"]
        for path, proof in (("/api/chat-message", ""), ("/login", ""), ("/api/chat-message", bearer)):
            with _stalled(installation.port, path, proof, count=2 * THREADS):
                others_are_served()
                assert reply(operator, ANNA, f"out during {path} {bool(proof)}").status_code == 201
                ledgers.write(ANNA)
                eventually(ledgers.saved_all, within=10, what="the message of the bot")
    eventually(ledgers.settled, within=30, what="the end of every answer")
    ledgers.assert_agree()


@contextmanager
def _stalled(port: int, path: str, bearer: str, *, count: int) -> Iterator[None]:
    """Open uploads of which only the beginning comes."""
    kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n"
    head += f"Authorization: {bearer}\r\n" if bearer else ""
    with ExitStack() as opened:
        for _ in range(count):
            upload = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            upload.sendall(f'{head}\r\n{{"userId": 4'.encode())
        yield
