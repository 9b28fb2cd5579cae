"""Reading one chat: whole, in pages, what changed, and nothing when nothing did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client, problem_of

from opchat_flask import conversation

if TYPE_CHECKING:
    from opchat_core import OperatorChat

URL = "/api/users/42/operator-chat"


def _seqs(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [message["seq"] for message in answer.json["messages"]]


def test_the_whole_history_comes_oldest_first(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """Without parameters nothing is left out, and reading changes nothing."""
    chat.receive(user_id=anna, text="Hello?")
    answer = client.get(URL, headers=operator)
    assert _seqs(answer) == [1, 2]
    assert set(answer.json) == {"user", "chat", "messages", "nextBefore", "revision"}
    assert answer.json["user"]["firstName"] == "Анна"
    assert answer.json["revision"] == answer.json["chat"]["revision"]
    assert answer.json["nextBefore"] is None
    assert client.get(URL, headers=operator).json == answer.json


def test_a_long_history_comes_whole_and_holds_no_connection_when_it_is_left(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written piece by piece; whoever asks for the headers only, or goes away, gives the connection back."""
    monkeypatch.setattr(conversation, "_PIECE", 2)
    for number in range(6):
        chat.receive(user_id=anna, text=f"{number}")
    assert _seqs(client.get(URL, headers=operator)) == list(range(1, 8))
    for _ in range(20):  # more than there are connections
        assert client.head(URL, headers=operator).status_code == 200
    with client.get(URL, headers=operator) as answer:
        assert next(answer.iter_encoded()).startswith(b'{"user":')
    assert client.get(URL.replace("42", "4242"), headers=operator).status_code == 404


def test_what_a_message_said_before_its_edits_can_be_read(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """Oldest first, with the time of each; nothing for one that was never edited, 404 for one that is not there."""
    chat.receive(user_id=anna, text="Street 5", telegram_message_id=8, created_at=datetime(2024, 5, 1, tzinfo=UTC))
    chat.receive(user_id=anna, text="Street 15", telegram_message_id=8, edited=True)
    chat.receive(user_id=anna, text="Street 15, flat 3", telegram_message_id=8, edited=True)
    answer = client.get(f"{URL}/2/versions", headers=operator)
    assert answer.status_code == 200, answer.text
    versions = answer.json["versions"]
    assert [version["messageText"] for version in versions] == ["Street 5", "Street 15"]
    assert versions[0]["writtenAt"] == "2024-05-01T00:00:00.000000Z"
    assert client.get(f"{URL}/1/versions", headers=operator).json == {"versions": []}
    assert problem_of(client.get(f"{URL}/3/versions", headers=operator), 404, "message_not_found")
    assert client.get(f"{URL}/2/versions").status_code == 401


def test_pages_go_back_to_the_beginning(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """Following ``nextBefore`` reads every message once."""
    for number in range(4):
        chat.receive(user_id=anna, text=str(number))
    newest = client.get(URL, query_string={"limit": 2}, headers=operator)
    older = client.get(URL, query_string={"limit": 2, "before": newest.json["nextBefore"]}, headers=operator)
    oldest = client.get(URL, query_string={"limit": 2, "before": older.json["nextBefore"]}, headers=operator)
    assert [_seqs(newest), _seqs(older), _seqs(oldest)] == [[4, 5], [2, 3], [1]]
    assert oldest.json["nextBefore"] is None


def test_what_changed_since_a_revision(client: Client, operator: dict[str, str], chat: OperatorChat, anna: int) -> None:
    """A screen that was away asks on from its revision, and gets edits too."""
    revision = client.get(URL, headers=operator).json["revision"]
    assert _seqs(client.get(URL, query_string={"after": revision}, headers=operator)) == []
    chat.receive(user_id=anna, text="Hello?")
    chat.receive(user_id=anna, text="Where is it?", telegram_message_id=7, edited=True)
    assert _seqs(client.get(URL, query_string={"after": revision}, headers=operator)) == [1, 2]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"before": "x"}, "before"),
        ({"after": "-1"}, "after"),
        ({"after": "1", "limit": "2"}, "after"),
        ({"after": "1", "before": "2"}, "after"),
        ({"botType": ""}, "botType"),
    ],
)
def test_broken_parameters_are_named(
    client: Client, operator: dict[str, str], anna: int, query: dict[str, str], field: str
) -> None:
    """What cannot be asked is told by the parameter's name."""
    problem = problem_of(client.get(URL, query_string=query, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    "user", ["43", "0", "-1", "x", "4503599627370497", "9" * 5000, "4.2", "%00", "%ED%A0%80", "٤٢"]
)
def test_whoever_is_not_there_is_not_found(client: Client, operator: dict[str, str], anna: int, user: str) -> None:
    """An id that can be nobody's is as unknown as one that is nobody's."""
    chat = f"/api/users/{user}/operator-chat"
    problem_of(client.get(chat, headers=operator), 404, "user_not_found")
    problem_of(client.post(chat, json={"messageText": "hi"}, headers=operator), 404, "user_not_found")
    problem_of(client.post(f"{chat}/read", json={"seq": 1}, headers=operator), 404, "user_not_found")
    assert client.post(f"{chat}/1/retry", headers=operator).status_code == 404


def test_a_known_chat_costs_one_look_up(
    client: Client,
    operator: dict[str, str],
    chat: OperatorChat,
    anna: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While nothing has changed, no message is read at all."""
    first = client.get(URL, headers=operator)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {**operator, "If-None-Match": first.headers["ETag"]}
    with monkeypatch.context() as patched:
        patched.setattr(type(chat), "read_chat", None)
        answer = client.get(URL, headers=known)
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_every_change_makes_a_known_chat_new(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """A message, an edit, a status, a name, a read mark, a block, another question: each is a 200 again."""

    def tag(**query: int) -> str:
        return str(client.get(URL, query_string=query, headers=operator).headers["ETag"])

    tags = [tag(), tag(limit=1), tag(after=1), tag(before=2)]
    for change in (
        lambda: chat.receive(user_id=anna, text="Hello?"),
        lambda: chat.receive(user_id=anna, text="Where is it?", telegram_message_id=7, edited=True),
        lambda: chat.close_chat(anna),
        lambda: chat.receive(user_id=anna, text="Hello?", first_name="Anya"),
        lambda: chat.mark_read(anna, 2),
        lambda: chat.set_blocked(anna, blocked=True),
    ):
        change()
        tags.append(tag())
    assert len(set(tags)) == len(tags)


def test_reading_is_marked_as_far_as_one_has_read(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """The unread count falls by what was seen."""
    chat.receive(user_id=anna, text="Hello?")
    answer = client.post(f"{URL}/read", json={"seq": 1}, headers=operator)
    assert answer.status_code == 200
    assert (answer.json["success"], answer.json["chat"]["unreadCount"]) == (True, 1)
    assert client.post(f"{URL}/read", json={"seq": 2}, headers=operator).json["chat"]["unreadCount"] == 0
    problem = problem_of(client.post(f"{URL}/read", json={"seq": -1}, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["seq"]
