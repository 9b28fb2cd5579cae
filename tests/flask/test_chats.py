"""``/api/operator-chats``: the list, its pages, its search, and opening and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client, problem_of

if TYPE_CHECKING:
    from opchat_core import OperatorChat

URL = "/api/operator-chats"


def test_the_list_has_the_keys_of_the_contract(client: Client, operator: dict[str, str], anna: int) -> None:
    """A chat comes with its user and last message, so that a screen needs one request."""
    answer = client.get(URL, headers=operator)
    assert answer.status_code == 200
    assert set(answer.json) == {"chats", "nextCursor", "counts"}
    assert answer.json["counts"] == {"open": 1, "closed": 0}
    assert answer.json["nextCursor"] is None
    [chat] = answer.json["chats"]
    keys = "userId botType user status unreadCount lastMessage revision lastMessageAt blockedByUser"
    assert set(chat) == set(keys.split())
    assert set(chat["user"]) == {"userId", "firstName", "lastName", "username", "languageCode"}
    assert (chat["userId"], chat["status"], chat["unreadCount"]) == (anna, "open", 1)
    assert chat["lastMessage"]["messageText"] == "Where is my order?"


def test_pages_neither_repeat_nor_lose_a_chat(client: Client, operator: dict[str, str], chat: OperatorChat) -> None:
    """Following the cursor reads every chat once, newest first."""
    for user_id in range(1, 8):
        chat.receive(user_id=user_id, text="hello")
    seen: list[int] = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get(URL, query_string=query, headers=operator).json
        seen += [one["userId"] for one in page["chats"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_search_finds_cyrillic_names_without_case(client: Client, operator: dict[str, str], anna: int) -> None:
    """Operators type as they like, and signs that mean something to SQL mean themselves."""
    for words, found in (
        ("анн", [anna]),
        ("анна".upper(), [anna]),
        ("42", [anna]),
        ("%", []),
        ("_", []),
        ("Ольга", []),
    ):
        page = client.get(URL, query_string={"search": words}, headers=operator).json
        assert [one["userId"] for one in page["chats"]] == found, words


def test_status_and_bot_type_select(client: Client, operator: dict[str, str], chat: OperatorChat, anna: int) -> None:
    """The tabs of the dashboard, and other bots' chats, are one parameter away."""
    chat.close_chat(anna)
    chat.receive(user_id=5, text="hello", bot_type="sales")

    def listed(**query: str) -> list[int]:
        return [one["userId"] for one in client.get(URL, query_string=query, headers=operator).json["chats"]]

    assert (listed(), listed(status="open"), listed(status="closed")) == ([anna], [], [anna])
    assert listed(botType="sales") == [5]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"status": "new"}, ["status"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "201"}, ["limit"]),
        ({"limit": ""}, ["limit"]),
        ({"limit": "٣"}, ["limit"]),
        ({"limit": "9" * 5000}, ["limit"]),
        ({"cursor": "nonsense"}, ["cursor"]),
        ({"cursor": "é"}, ["cursor"]),
        ({"botType": "No!"}, ["botType"]),
        ({"search": "a\0b"}, ["search"]),
        ({"search": "x" * 257}, ["search"]),
        ({"status": "new", "limit": "x"}, ["status", "limit"]),
    ],
)
def test_broken_parameters_are_named(
    client: Client, operator: dict[str, str], query: dict[str, str], fields: list[str]
) -> None:
    """Each parameter has its rule, and all broken ones are told at once."""
    problem = problem_of(client.get(URL, query_string=query, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == fields


def test_the_list_is_not_sent_again_while_nothing_changes(
    client: Client, operator: dict[str, str], chat: OperatorChat, anna: int
) -> None:
    """A page that asks every few seconds costs hardly anything, and misses nothing."""
    first = client.get(URL, headers=operator)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {**operator, "If-None-Match": first.headers["ETag"]}
    again = client.get(URL, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    chat.receive(user_id=anna, text="Hello?")
    assert client.get(URL, headers=known).status_code == 200


def test_a_chat_is_closed_and_opened_as_often_as_one_likes(client: Client, operator: dict[str, str], anna: int) -> None:
    """Saying it twice is no error."""
    for status in ("closed", "closed", "open", "open"):
        answer = client.patch(URL, json={"userId": anna, "status": status}, headers=operator)
        assert answer.status_code == 200
        assert answer.json["success"] is True
        assert answer.json["chat"]["status"] == status


def test_a_change_that_cannot_be_is_refused(client: Client, operator: dict[str, str], anna: int) -> None:
    """Unknown users, unknown words and missing keys each have their answer."""
    problem_of(client.patch(URL, json={"userId": 43, "status": "open"}, headers=operator), 404, "user_not_found")
    sales = {"userId": anna, "status": "open", "botType": "sales"}
    problem_of(client.patch(URL, json=sales, headers=operator), 404, "user_not_found")
    problem = problem_of(client.patch(URL, json={"status": "new"}, headers=operator), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == ["userId", "status"]
    problem_of(client.patch(URL, data=b"{", content_type="application/json", headers=operator), 400, "bad_request")
    problem_of(client.patch(URL, data=b"{}", headers=operator), 415, "unsupported_media_type")
    huge = b'{"x": "' + b"x" * 256 * 1024 + b'"}'
    problem_of(client.patch(URL, data=huge, content_type="application/json", headers=operator), 413, "body_too_large")
