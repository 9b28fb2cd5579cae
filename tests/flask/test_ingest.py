"""``POST /api/chat-message`` and ``/api/chat-member``: who may report what, and what they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.flask.conftest import Client, bearer, problem_of

from opchat_flask import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core import Config, OperatorChat

URL = "/api/chat-message"
HELLO: dict[str, Any] = {"userId": 42, "messageText": "Where is my order?", "telegramMessageId": 7, "firstName": "Anna"}


def test_a_message_of_anybody_is_stored_as_unverified(client: Client, chat: OperatorChat) -> None:
    """The endpoint is public, and what came without proof says so."""
    answer = client.post(URL, json=HELLO)
    assert answer.status_code == 201
    assert answer.json["success"] is True
    assert "duplicate" not in answer.json
    message = answer.json["message"]
    assert (message["seq"], message["verified"], message["direction"]) == (1, False, "in")
    assert message["delivery"] is None
    assert chat.chat(42).user.first_name == "Anna"


def test_the_message_has_every_key_of_the_contract(client: Client) -> None:
    """Programs that read a message find all keys, whether they hold something or not."""
    keys = (
        "userId botType seq direction verified messageType messageText entities media payload telegramMessageId "
        "replyTo mediaGroupId createdAt editedAt deletedAt operator clientMessageId revision delivery"
    )
    assert set(client.post(URL, json=HELLO).json["message"]) == set(keys.split())


def test_the_same_message_again_is_told_apart(client: Client, bot: dict[str, str]) -> None:
    """A bot that never heard our answer hands the message in again, and nothing changes."""
    first = client.post(URL, json=HELLO, headers=bot)
    again = client.post(URL, json=HELLO, headers=bot)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == {**first.json, "duplicate": True}


def test_the_bot_is_verified_and_may_set_the_time_and_edit(client: Client, bot: dict[str, str]) -> None:
    """The bot's proof lets it report what happened earlier, and new versions."""
    written = {**HELLO, "createdAt": "2026-01-05T10:00:00+03:00"}
    first = client.post(URL, json=written, headers=bot).json["message"]
    assert first["verified"] is True
    assert first["createdAt"] == "2026-01-05T07:00:00.000000Z"
    edit = client.post(URL, json={**HELLO, "messageText": "Where is it?", "edited": True}, headers=bot)
    assert edit.status_code == 200
    assert edit.json["message"]["messageText"] == "Where is it?"
    assert edit.json["message"]["editedAt"] is not None
    assert "duplicate" not in edit.json


def test_the_time_of_an_unverified_message_is_ours(client: Client) -> None:
    """Nobody may slip a message into the past without proof."""
    answer = client.post(URL, json={**HELLO, "createdAt": 1_000_000_000})
    written = datetime.fromisoformat(answer.json["message"]["createdAt"])
    assert datetime.now(UTC) - written < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("more", "code"), [({"direction": "out"}, "forbidden_direction"), ({"edited": True}, "forbidden_edit")]
)
def test_anybody_may_neither_answer_nor_edit(
    client: Client, stored: Callable[[], int], more: dict[str, Any], code: str
) -> None:
    """An answer in the operators' name, and a change of words, take proof."""
    problem_of(client.post(URL, json={**HELLO, **more}), 403, code)
    assert stored() == 0


def test_an_answer_sent_elsewhere_names_its_operator(client: Client, operator: dict[str, str]) -> None:
    """An operator's program records an answer, and colleagues see whose it was."""
    answer = client.post(URL, json={**HELLO, "direction": "out"}, headers=operator)
    assert answer.status_code == 201
    assert answer.json["message"]["operator"] == "Olga"
    assert answer.json["message"]["delivery"]["status"] == "sent"


@pytest.mark.parametrize("token", ["wrong", "opchat_wrong", "", "\N{SNOWMAN}".encode().decode("latin-1")])
def test_a_wrong_token_proves_nothing_and_loses_nothing(
    client: Client, chat: OperatorChat, config: Config, stored: Callable[[], int], token: str
) -> None:
    """What a user wrote to a bot with a wrong setting is kept, unverified, unless the installation insists on proof."""
    answer = client.post(URL, json=HELLO, headers=bearer(token))
    assert (answer.status_code, answer.json["message"]["verified"]) == (201, False)
    strict = create_app(chat, attrs.evolve(config, ingest_verified=True)).test_client()
    refusal = strict.post(URL, json=HELLO, headers=bearer(token))
    problem_of(refusal, 401, "unauthenticated")
    assert refusal.headers["WWW-Authenticate"] == "Bearer"
    assert stored() == 1


def test_an_installation_may_insist_on_proof(
    chat: OperatorChat, config: Config, bot: dict[str, str], operator: dict[str, str]
) -> None:
    """With ``OPCHAT_INGEST=verified`` only the bot and operators' programs are heard."""
    client = create_app(chat, attrs.evolve(config, ingest_verified=True)).test_client()
    problem_of(client.post(URL, json=HELLO), 401, "unauthenticated")
    assert client.post(URL, json=HELLO, headers=bot).status_code == 201
    assert client.post(URL, json={**HELLO, "telegramMessageId": 8}, headers=operator).status_code == 201


@pytest.mark.parametrize("path", ["/api/chat-member", "/api/chat-reaction", "/api/bot-status"])
def test_what_only_verified_callers_report(client: Client, operator: dict[str, str], path: str) -> None:
    """A stranger is told which tokens are taken, and they are: an operator's program gets as far as its empty body."""
    problem = problem_of(client.post(path, json={}), 401, "unauthenticated")
    assert "ingest token or an operator's API token" in problem["detail"]
    problem_of(client.post(path, json={}, headers=operator), 422, "invalid_input")


def test_broken_fields_are_named_all_at_once(client: Client, stored: Callable[[], int]) -> None:
    """Whoever mends a request sees the whole list, in the words of the request."""
    broken = {"userId": 0, "messageText": 7, "botType": "No!", "media": {"fileId": ""}, "createdAt": "yesterday"}
    problem = problem_of(client.post(URL, json=broken), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == [
        "userId",
        "messageText",
        "botType",
        "createdAt",
        "media.fileId",
    ]
    assert all(error["message"].startswith("must ") for error in problem["errors"])
    assert stored() == 0


def test_text_must_be_there_for_a_text_alone(client: Client) -> None:
    """A photo needs no caption; a text message without text is none."""
    problem = problem_of(client.post(URL, json={"userId": 42, "messageText": " \n"}), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["messageText"]
    photo = {"userId": 42, "messageType": "photo", "media": {"fileId": "AgAC", "width": 90}}
    answer = client.post(URL, json=photo)
    assert answer.status_code == 201
    assert answer.json["message"]["media"] == {"fileId": "AgAC", "width": 90}


def test_the_future_is_refused(client: Client, bot: dict[str, str], stored: Callable[[], int]) -> None:
    """A message of tomorrow would stand at the top of the list until tomorrow."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    problem = problem_of(client.post(URL, json={**HELLO, "createdAt": tomorrow}, headers=bot), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["createdAt"]
    assert stored() == 0


def test_the_bot_tells_who_blocked_it(client: Client, bot: dict[str, str], anna: int) -> None:
    """Operators see that writing is of no use, until the user comes back."""
    for blocked in (True, False):
        answer = client.post("/api/chat-member", json={"userId": anna, "blockedByUser": blocked}, headers=bot)
        assert answer.status_code == 200
        assert answer.json["success"] is True
        assert answer.json["chat"]["blockedByUser"] is blocked


def test_only_the_bot_tells_who_blocked_it(client: Client, bot: dict[str, str], anna: int) -> None:
    """Anybody else is turned away, and of strangers there is nothing to tell."""
    block = {"userId": anna, "blockedByUser": True}
    problem_of(client.post("/api/chat-member", json=block), 401, "unauthenticated")
    problem_of(client.post("/api/chat-member", json={**block, "userId": 43}, headers=bot), 404, "user_not_found")
    problem = problem_of(client.post("/api/chat-member", json={"userId": "x"}, headers=bot), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["userId", "blockedByUser"]


def test_a_reaction_is_shown_at_its_message(client: Client, bot: dict[str, str], operator: Any, anna: int) -> None:
    """The bot tells it once or twice, and operators see it where it belongs."""
    heart = {"type": "emoji", "emoji": "\N{HEAVY BLACK HEART}"}
    reaction = {"userId": anna, "telegramMessageId": 7, "reactions": [heart], "reactedAt": 1_750_000_000}
    first, again = (client.post("/api/chat-reaction", json=reaction, headers=bot) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["message"]["reactions"] == {"user": [heart], "operator": []}
    assert ("duplicate" in first.json, again.json["duplicate"]) == (False, True)
    history = client.get(f"/api/users/{anna}/operator-chat", headers=operator).json["messages"]
    assert history[0]["reactions"]["user"] == [heart]


def test_only_the_bot_tells_who_reacts_to_what(client: Client, bot: dict[str, str], anna: int) -> None:
    """Strangers are turned away, and what is not there gets no reaction."""
    reaction = {"userId": anna, "telegramMessageId": 7, "reactions": []}
    url = "/api/chat-reaction"
    problem_of(client.post(url, json=reaction), 401, "unauthenticated")
    problem_of(client.post(url, json={**reaction, "userId": 43}, headers=bot), 404, "user_not_found")
    problem_of(client.post(url, json={**reaction, "telegramMessageId": 8}, headers=bot), 404, "message_not_found")
    problem = problem_of(client.post(url, json={"userId": anna}, headers=bot), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["telegramMessageId", "reactions"]


def test_what_is_told_around_a_message_is_shown_with_it(client: Client, bot: dict[str, str]) -> None:
    """Where a message was forwarded from is there to read; where nothing is told, there is no key."""
    origin = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Bob", "date": 1}}
    forwarded = client.post(URL, json={**HELLO, "context": origin}, headers=bot).json["message"]
    plain = client.post(URL, json={"userId": 42, "messageText": "plain"}, headers=bot).json["message"]
    assert (forwarded["context"], plain.keys() & {"context", "reactions"}) == (origin, set())
