"""Bodies that were damaged on the way, or made to do damage: told by a problem, with nothing stored."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "/api/chat-message"
JSON = "application/json"
LIMIT = 256 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"userId": 42, "messageText": "cut',
        b"[" * 100_000,
        b'{"userId":' * 20_000,
        b'{"userId": NaN, "messageText": "x"}',
        b'{"userId": -Infinity, "messageText": "x"}',
        b'{"userId": 1e400, "messageText": "x"}',
        b'{"userId": ' + b"9" * 5_000 + b', "messageText": "x"}',
        b'{"userId": 42, "messageText": "a", "messageText": "b"}',
        b'{"userId": 42, "messageText": "x", "payload": {"a": 1, "a": 2}}',
        b'\xef\xbb\xbf{"userId": 42, "messageText": "x"}',
        b'{"userId": 42, "messageText": "\xff"}',
        b'{"userId": 42, "messageText": "\xed\xa0\x80"}',
        '{"userId": 42, "messageText": "x"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_is_no_json_is_400(client: Client, stored: Callable[[], int], body: bytes) -> None:
    """Cut, nested without end, ambiguous, or in another encoding: the caller is told, and the server stands."""
    problem_of(client.post(URL, data=body, content_type=JSON), 400, "bad_request")
    assert stored() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"userId": 42, "messageText": "a\\u0000b"}', "messageText"),
        ('{"userId": 42, "messageText": "a\\ud800b"}', "messageText"),
        ('{"userId": 42, "messageText": "x", "firstName": "\\udfff"}', "firstName"),
        ('{"userId": 42, "messageText": "x", "payload": {"\\u0000": 1}}', "payload"),
        ('{"userId": 42, "messageText": "x", "payload": {"a": ["\\ud800"]}}', "payload"),
        ('{"userId": 42, "messageText": "x", "entities": [{"type": "\\ud800"}]}', "entities"),
        ('{"userId": 42, "messageText": "x", "payload": ' + '{"a":' * 500 + "1" + "}" * 500 + "}", "payload"),
        ('{"userId": ' + "9" * 4_000 + ', "messageText": "x"}', "userId"),
        ('{"userId": 42.0, "messageText": "x"}', "userId"),
        ('{"userId": true, "messageText": "x"}', "userId"),
        ('{"userId": "4 2", "messageText": "x"}', "userId"),
        ('{"messageText": "x"}', "userId"),
        ("[]", "body"),
        ("null", "body"),
        ('"text"', "body"),
    ],
)
def test_what_cannot_be_stored_is_422(client: Client, stored: Callable[[], int], body: str, field: str) -> None:
    """Valid JSON that PostgreSQL could not hold, or that breaks a rule, names its field."""
    problem = problem_of(client.post(URL, data=body, content_type=JSON), 422, "invalid_input")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert stored() == 0


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(client: Client, stored: Callable[[], int], media_type: str) -> None:
    """A form that another site made a browser send is not mistaken for JSON."""
    body = b'{"userId": 42, "messageText": "x"}'
    problem_of(client.post(URL, data=body, content_type=media_type), 415, "unsupported_media_type")
    assert stored() == 0


def test_a_charset_beside_the_media_type_does_no_harm(client: Client) -> None:
    """Many clients name the charset that JSON has anyway."""
    body = '{"userId": 42, "messageText": "Привет"}'.encode()
    answer = client.post(URL, data=body, content_type="application/json; charset=UTF-8")
    assert answer.json["message"]["messageText"] == "Привет"


def _of_size(size: int) -> bytes:
    message: dict[str, Any] = {"userId": 42, "messageText": "x", "ignored": ""}
    return json.dumps({**message, "ignored": "y" * (size - len(json.dumps(message)))}).encode()


def test_a_body_may_have_256_kib_and_not_a_byte_more(client: Client, stored: Callable[[], int]) -> None:
    """The limit is exact, and unknown keys count."""
    problem_of(client.post(URL, data=_of_size(LIMIT + 1), content_type=JSON), 413, "body_too_large")
    assert stored() == 0
    assert client.post(URL, data=_of_size(LIMIT), content_type=JSON).status_code == 201


def test_a_body_that_does_not_tell_its_length_is_limited_too(client: Client, stored: Callable[[], int]) -> None:
    """A chunked upload cannot get around the limit."""
    answer = client.post(
        URL,
        input_stream=io.BytesIO(_of_size(LIMIT + 1)),
        content_type=JSON,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    problem_of(answer, 413, "body_too_large")
    assert stored() == 0


def test_unknown_keys_are_ignored_and_null_is_not_given(client: Client) -> None:
    """Newer bots may say more than this server understands."""
    message = {"userId": "42", "messageText": "x", "somethingNew": {"deep": [1]}, "media": None, "firstName": None}
    assert client.post(URL, json=message).status_code == 201
