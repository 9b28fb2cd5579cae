"""Answering a user over HTTP: what is stored, what arrives, and what the operator is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client, problem_of

from opchat_flask import create_app

if TYPE_CHECKING:
    from opchat_core import Config, OperatorChat
    from opchat_core.testing.simulator import Simulator

URL = "/api/users/42/operator-chat"


def _texts(simulator: Simulator) -> list[str]:
    return [message.text for message in simulator.sent(42)]


def test_an_answer_arrives_exactly_as_typed(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """201 with the stored answer, signed by its operator, and the user's phone shows it."""
    text = "  <b>On its way!</b> \U0001f69a\n"
    answer = client.post(URL, json={"messageText": text, "replyTo": 1}, headers=operator)
    assert answer.status_code == 201
    message = answer.json["message"]
    assert answer.json == {"success": True, "message": message, "messages": [message]}
    assert (message["messageText"], message["operator"], message["direction"]) == (text, "Olga", "out")
    assert message["replyTo"] == 1
    assert message["delivery"]["status"] == "sent"
    assert message["telegramMessageId"] is not None


def test_a_long_answer_goes_out_in_parts(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """Telegram takes 4096 units at once; the operator need not know."""
    answer = client.post(URL, json={"messageText": "word " * 1000}, headers=operator)
    assert answer.status_code == 201
    assert len(answer.json["messages"]) == 2
    assert answer.json["message"] == answer.json["messages"][0]
    assert "".join(message["messageText"] for message in answer.json["messages"]) == "word " * 1000


def test_the_same_key_sends_once(client: Client, operator: dict[str, str], simulator: Simulator, anna: int) -> None:
    """A double click, or a second try after a lost answer, does not reach the user twice."""
    body = {"messageText": "On its way!", "clientMessageId": "a-1"}
    first = client.post(URL, json=body, headers=operator)
    again = client.post(URL, json=body, headers=operator)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["duplicate"] is True
    assert again.json["message"]["seq"] == first.json["message"]["seq"]
    assert _texts(simulator) == ["On its way!"]


def test_two_operators_do_not_answer_past_each_other(
    client: Client, operator: dict[str, str], chat: OperatorChat, simulator: Simulator, anna: int
) -> None:
    """Whoever is second is shown what the colleague has said, and nothing goes out."""
    chat.reply(anna, "It left today.", operator="Boris")
    answer = client.post(URL, json={"messageText": "I'll look.", "lastSeenSeq": 1}, headers=operator)
    problem = problem_of(answer, 409, "answered_by_colleague")
    assert [message["messageText"] for message in problem["messages"]] == ["It left today."]
    assert _texts(simulator) == ["It left today."]


def test_without_a_bot_nothing_is_stored(
    clean_database: str, config: Config, operator: dict[str, str], anna: int
) -> None:
    """An installation that cannot send says so before the operator waits for an answer."""
    from opchat_core import connect

    with connect(clean_database) as chat:
        client = create_app(chat, config).test_client()
        problem_of(client.post(URL, json={"messageText": "hi"}, headers=operator), 503, "telegram_not_configured")
        assert len(chat.history(anna)) == 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["messageText"]),
        ({"messageText": None}, ["messageText"]),
        ({"messageText": " "}, ["messageText"]),
        ({"messageText": "x" * 40_961}, ["messageText"]),
        (
            {"messageText": "x", "replyTo": 0, "lastSeenSeq": -1, "clientMessageId": ""},
            ["clientMessageId", "replyTo", "lastSeenSeq"],
        ),
        ({"messageText": "x", "replyTo": 99}, ["replyTo"]),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    client: Client, operator: dict[str, str], anna: int, body: dict[str, Any], fields: list[str]
) -> None:
    """Each broken field is named, and nothing is stored."""
    problem = problem_of(client.post(URL, json=body, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == fields
    assert len(client.get(URL, headers=operator).json["messages"]) == 1


def test_a_refused_answer_is_told_and_tried_again(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """The user has blocked the bot, comes back, and the operator tries again."""
    simulator.fail("sendMessage", "forbidden")
    message = client.post(URL, json={"messageText": "hi"}, headers=operator).json["message"]
    assert message["delivery"]["status"] == "failed"
    assert message["delivery"]["error"]["code"] == "blocked_by_user"
    again = client.post(f"{URL}/{message['seq']}/retry", headers=operator)
    assert again.status_code == 200
    assert again.json["success"] is True
    assert again.json["message"]["delivery"]["status"] == "sent"
    problem_of(client.post(f"{URL}/{message['seq']}/retry", headers=operator), 409, "not_retryable")


def test_a_person_settles_what_is_in_doubt(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """The answer of Telegram was lost; the operator asks the user, and says how it was."""
    simulator.fail("sendMessage", "cut_after", times=2)
    for arrived, status in ((True, "sent"), (False, "failed")):
        message = client.post(URL, json={"messageText": "hi"}, headers=operator).json["message"]
        assert message["delivery"]["status"] == "unknown"
        marked = client.post(f"{URL}/{message['seq']}/mark", json={"arrived": arrived}, headers=operator)
        assert marked.status_code == 200
        assert marked.json["message"]["delivery"]["status"] == status
    problem = problem_of(client.post(f"{URL}/2/mark", json={"arrived": 1}, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["arrived"]


@pytest.mark.parametrize("seq", ["9", "0", "x", "-1", "9" * 30])
def test_a_message_that_is_not_there(client: Client, operator: dict[str, str], anna: int, seq: str) -> None:
    """There is nothing to try again, and nothing to settle."""
    problem_of(client.post(f"{URL}/{seq}/retry", headers=operator), 404, "message_not_found")
    problem_of(client.post(f"{URL}/{seq}/mark", json={"arrived": True}, headers=operator), 404, "message_not_found")
