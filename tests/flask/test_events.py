"""The stream of changes: what it tells, when it ends, and that it takes no more than its share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import PASSWORD, Client, problem_of

from opchat_core import Config, OperatorChat, connect
from opchat_core.model import Presence
from opchat_flask import create_app, events
from opchat_flask.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

URL = "/api/events"


@pytest.fixture
def streams() -> Streams:
    """Room for two."""
    return Streams(limit=2)


@pytest.fixture
def app(chat: OperatorChat, config: Config, streams: Streams) -> Flask:
    """The app with that room."""
    return create_app(chat, config, streams=streams)


@pytest.fixture(autouse=True)
def quick_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen seconds are long in a test."""
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)


def _blocks(answer: Any) -> Iterator[str]:
    """Read a stream block by block."""
    assert answer.status_code == 200
    text = ""
    for chunk in answer.iter_encoded():
        text += chunk.decode()
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            yield block


def _next_change(blocks: Iterator[str]) -> dict[str, Any]:
    block = next(block for block in blocks if block.startswith("event:"))
    name, data = block.split("\n")
    assert name == "event: chat"
    change: dict[str, Any] = json.loads(data.removeprefix("data: "))
    return change


def test_every_change_is_told(client: Client, operator: dict[str, str], chat: OperatorChat) -> None:
    """A new message and a status change reach an open stream, with headers that keep proxies from holding it."""
    with client.get(URL, headers=operator) as answer:
        assert answer.mimetype == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        blocks = _blocks(answer)
        assert next(blocks) == "retry: 2000"
        message = chat.receive(user_id=42, text="hello")
        assert _next_change(blocks) == {"userId": 42, "botType": "operator", "revision": message.revision}
        closed = chat.close_chat(42)
        assert _next_change(blocks)["revision"] == closed.revision


def test_changes_of_other_processes_are_told(client: Client, operator: dict[str, str], clean_database: str) -> None:
    """Another process has its own connections, and meets us in the database only."""
    with connect(clean_database) as other, client.get(URL, headers=operator) as answer:
        blocks = _blocks(answer)
        next(blocks)
        other.receive(user_id=43, text="hello")
        assert _next_change(blocks)["userId"] == 43


def test_silence_is_broken_by_heartbeats(client: Client, operator: dict[str, str]) -> None:
    """Comments keep proxies from closing a quiet stream, and find clients that are gone."""
    with client.get(URL, headers=operator) as answer:
        blocks = _blocks(answer)
        next(blocks)
        assert next(blocks).startswith(":")
        assert next(blocks).startswith(":")


@pytest.mark.parametrize("by", ["token", "session"])
def test_a_stream_ends_with_the_right_to_it(app: Flask, operator: dict[str, str], chat: OperatorChat, by: str) -> None:
    """A disabled operator's screen falls silent within a heartbeat."""
    client = app.test_client()
    headers = operator if by == "token" else {}
    if by == "session":
        client.post("/login", data={"name": "Olga", "password": PASSWORD})
    with client.get(URL, headers=headers) as answer:
        blocks = _blocks(answer)
        next(blocks)
        next(blocks)
        chat.operators.disable("Olga")
        assert all(block.startswith(":") for block in blocks)


def test_streams_take_no_more_than_their_share(client: Client, operator: dict[str, str]) -> None:
    """The page beyond the limit is told to poll; a stream that ends makes room, even one that was never read."""
    first = client.get(URL, headers=operator)
    with client.get(URL, headers=operator):
        answer = client.get(URL, headers=operator)
        problem_of(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        first.close()
        with client.get(URL, headers=operator) as third:
            assert third.status_code == 200


def test_asking_for_the_headers_takes_no_stream(client: Client, operator: dict[str, str]) -> None:
    """HEAD is answered and over."""
    for _ in range(3):
        answer = client.head(URL, headers=operator)
        assert (answer.status_code, answer.data) == (200, b"")


def test_streams_end_with_the_process(client: Client, operator: dict[str, str], streams: Streams) -> None:
    """Nobody waits for a stream when the server is to stop, and no new one begins."""
    with client.get(URL, headers=operator) as answer:
        blocks = _blocks(answer)
        next(blocks)
        streams.stop()
        assert all(block.startswith(":") for block in blocks)
    problem_of(client.get(URL, headers=operator), 503, "unavailable")


def test_a_stream_ends_when_its_feed_does(config: Config, operator: dict[str, str]) -> None:
    """When the database goes, the client comes again and asks for what it missed."""
    from opchat_core import connect_config

    with connect_config(config, migrated=True) as short_lived:
        client = create_app(short_lived, config).test_client()
        with client.get(URL, headers=operator) as answer:
            blocks = _blocks(answer)
            next(blocks)
            short_lived.close()
            assert all(block.startswith(":") for block in blocks)


def test_colleagues_who_come_and_go_are_told_of(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """Coming, typing and leaving each make an event without a revision; saying the same again makes none."""
    url = f"/api/users/{anna}/operator-chat/presence"
    chat.attend(anna, "Pavel", Presence.TYPING)
    with client.get(URL, headers=operator) as answer:
        blocks = _blocks(answer)
        assert next(blocks) == "retry: 2000"
        told = 'event: presence\ndata: {"userId":42,"botType":"operator"}'
        for state, heard in (("viewing", True), ("viewing", False), ("typing", True), ("away", True), ("away", False)):
            said = client.post(url, json={"state": state}, headers=operator)
            assert said.json == {"success": True, "colleagues": [{"operator": "Pavel", "state": "typing"}]}
            if heard:
                assert next(block for block in blocks if block.startswith("event:")) == told
        message = chat.receive(user_id=anna, text="and one more")
        assert _next_change(blocks)["revision"] == message.revision
    problem_of(client.post(url, json={"state": "asleep"}, headers=operator), 422, "invalid_input")
    unknown = client.post("/api/users/4242/operator-chat/presence", json={"state": "away"}, headers=operator)
    problem_of(unknown, 404, "user_not_found")
