"""Whatever is posted, the server stands, tells the truth about it, and stores nothing that it refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.flask.conftest import Client, bearer

from opchat_core.model import MessageType, utf16_length
from opchat_flask.origin import local_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = "/api/chat-message"

any_text = st.text(st.characters(), max_size=40)  # surrogates and NUL included
scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4), max_leaves=12
)
user_ids = st.integers(1, 2**52)
plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
moments = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")

sound = st.fixed_dictionaries(
    {"userId": user_ids, "messageText": plain_text.filter(str.strip)},
    optional={
        "messageType": st.sampled_from([kind.value for kind in MessageType]),
        "botType": st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True),
        "telegramMessageId": user_ids,
        "firstName": plain_text,
        "username": plain_text,
        "payload": st.dictionaries(plain_text, st.booleans() | st.integers(-(2**53), 2**53) | plain_text, max_size=3),
        "entities": st.lists(st.fixed_dictionaries({"type": st.just("bold"), "offset": st.integers(0, 9)}), max_size=2),
    },
)
wild = st.fixed_dictionaries(
    {},
    optional={
        "userId": user_ids | user_ids.map(str) | anything,
        "messageText": plain_text | anything,
        "messageType": st.sampled_from([kind.value for kind in MessageType]) | anything,
        "botType": st.just("operator") | anything,
        "direction": st.sampled_from(["in", "out"]) | anything,
        "telegramMessageId": user_ids | anything,
        "firstName": plain_text | anything,
        "languageCode": plain_text | anything,
        "createdAt": moments | st.floats() | anything,
        "media": st.fixed_dictionaries({"fileId": plain_text}, optional={"fileSize": anything}) | anything,
        "replyToTelegramMessageId": anything,
        "mediaGroupId": anything,
        "entities": anything,
        "payload": anything,
        "edited": st.booleans() | anything,
        "unknown": anything,
    },
)

many = settings(
    max_examples=300,
    deadline=None,
    # The fixtures hold the app and its database, which all examples of a test share on purpose.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def stored(clean_database: str) -> Iterator[Callable[[], object]]:
    """Sums up the whole store: any change in any chat shows."""
    with psycopg.connect(clean_database, autocommit=True) as connection:
        yield lambda: connection.execute(
            "SELECT (SELECT count(*) FROM opchat.users), (SELECT count(*) FROM opchat.chat_messages), sum(revision)"
            " FROM opchat.user_data"
        ).fetchone()


def _post(client: Client, body: bytes, headers: dict[str, str]) -> Any:
    return client.post(URL, data=body, content_type="application/json", headers=headers)


@pytest.mark.properties
@many
@given(message=sound)
def test_whatever_is_sound_is_stored_as_it_was(client: Client, bot: dict[str, str], message: dict[str, Any]) -> None:
    """Every text that Telegram could carry comes back unchanged, and the same message again is known."""
    answer = client.post(URL, json=message, headers=bot)
    assert answer.status_code in {200, 201}, answer.text
    stored = answer.json["message"]
    if answer.status_code == 201:
        assert stored["messageText"] == message["messageText"]
        assert stored["payload"] == message.get("payload")
        assert stored["entities"] == message.get("entities", [])
    if "telegramMessageId" in message:
        again = client.post(URL, json=message, headers=bot)
        assert (again.status_code, again.json["duplicate"]) == (200, True)
        assert again.json["message"] == stored


@pytest.mark.properties
@pytest.mark.parametrize("verified", [True, False])
@many
@given(message=wild)
def test_whatever_is_broken_is_refused_whole(
    client: Client, stored: Callable[[], object], bot: dict[str, str], verified: bool, message: dict[str, Any]
) -> None:
    """A refusal names fields of the request, and leaves the chat it speaks of as it was."""
    before = stored()
    answer = _post(client, json.dumps(message).encode(), bot if verified else {})
    assert answer.status_code in {200, 201, 400, 403, 422}, answer.text
    if answer.status_code >= 400:
        assert stored() == before
    if answer.status_code == 422:
        fields = [error["field"].split(".")[0] for error in answer.json["errors"]]
        assert fields
        assert {*fields} <= {*message, "userId", "messageText", "telegramMessageId"}
    if answer.status_code == 201:
        assert utf16_length(answer.json["message"]["messageText"]) <= 4096
        assert answer.json["message"]["verified"] is verified


@pytest.mark.properties
@many
@given(body=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 200_000)
@example(b'{"a":' * 50_000)
@example(b'"' + b"\\ud800" * 1000 + b'"')
def test_no_bytes_break_the_server(client: Client, body: bytes) -> None:
    """Whatever comes as JSON is answered by a status of the contract."""
    assert _post(client, body, {}).status_code in {400, 413, 422}


@pytest.mark.properties
@many
@given(token=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60))
def test_no_made_up_token_gets_in(client: Client, token: str) -> None:
    """Nor does one break the server."""
    assert client.get("/api/operator-chats", headers=bearer(token)).status_code == 401
    blocked = {"userId": 1, "blockedByUser": True}
    assert client.post("/api/chat-member", json=blocked, headers=bearer(token)).status_code == 401


@pytest.mark.properties
@many
@given(query=st.dictionaries(st.sampled_from(["status", "search", "limit", "cursor", "botType"]), any_text))
def test_no_question_breaks_the_list(client: Client, operator: dict[str, str], query: dict[str, str]) -> None:
    """Parameters are answered or named."""
    sendable = {key: value.encode("utf-8", "replace") for key, value in query.items()}
    assert client.get("/api/operator-chats", query_string=sendable, headers=operator).status_code in {200, 422}


@given(text=any_text | st.from_regex(r"[/\\]{1,3}[a-z\t\n.]{0,9}"))
def test_a_way_back_never_leads_out(text: str) -> None:
    """What is taken begins with one slash, and holds nothing that browsers read as another."""
    taken = local_path(text)
    assert taken in {None, text}
    if taken is not None:
        assert taken.startswith("/")
        assert not taken.startswith("//")
        assert not {"\\", "\t", "\r", "\n"} & {*taken}
