"""Every field of every endpoint, given what nobody means to be there: 4xx with a reason, nothing changed, never 500."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client
from tests.support.tables import contents

from opchat_flask.openapi.paths import PATHS
from opchat_flask.openapi.schemas import SCHEMAS

if TYPE_CHECKING:
    from opchat_core import OperatorChat

#: What no field of any kind may be, as JSON is written.
NOWHERE = {
    "NUL": r'"a\u0000b"',
    "half a pair of surrogates": r'"a\ud800b"',
    "both halves in the wrong order": r'"\udc00\ud800"',
    "beyond a double": "1e400",
    "below a double": "-1e400",
    "five thousand digits": "9" * 5_000,
    "beyond 64 bits": str(2**63),
    "below zero": "-1",
    "a fraction": "0.5",
    "brackets without end": "[" * 100_000,
    "brackets that end": "[" * 500 + "]" * 500,
    "objects without end": '{"a":' * 20_000,
    "a list of nothing": "[null]",
    "a key twice": '{"a": 1, "a": 2}',
    "a long text": json.dumps("x" * 200_000),
    "Infinity": "Infinity",
    "NaN": "NaN",
    "hexadecimal": "0x10",
    "an octal": "010",
    "a comment": "1 /* */",
    "an apostrophe": "'x'",
    "nothing": "",
}
#: What some field is, where it stands alone, for it is a moment, which may be Unix seconds.
RIGHT_FOR = {
    ("createdAt", "below zero"),
    ("createdAt", "a fraction"),
    ("reactedAt", "below zero"),
    ("reactedAt", "a fraction"),
    ("oldestUnsavedAt", "below zero"),
    ("oldestUnsavedAt", "a fraction"),
}
#: Strings to find in the path.
NO_NUMBERS = ["0", "-1", "1e3", "٤٢", "9" * 5_000, str(2**63), "1.0", "+1", " 1", "%00", "%ff", "..%2f..", "1;--", "'"]

#: A sound value of each kind of field that must be there.
SOUND = {"integer": 42, "boolean": True, "string": "x", "array": []}


def _sound(shape: str) -> dict[str, Any]:
    """The least body that an endpoint takes."""
    if shape == "IncomingMessage":
        return {"userId": 42, "messageText": "x", "messageType": "photo", "telegramMessageId": 9}
    schema = SCHEMAS[shape]
    return {name: _value(schema["properties"][name]) for name in schema.get("required", ())}


def _value(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    [one, *_others] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return SOUND[one["type"]]


def _bodies() -> list[tuple[str, str, str]]:
    """Each endpoint that takes a body: method, path, and the name of the body's shape."""
    return [
        (method, path, operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])
        for path, operations in PATHS.items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]


FIELDS = [
    (method, path, shape, name) for method, path, shape in _bodies() for name in SCHEMAS[shape].get("properties", {})
]


def _filled(path: str) -> str:
    return path.replace("{userId}", "42").replace("{seq}", "1")


def _send(client: Client, method: str, path: str, **options: Any) -> Any:
    return getattr(client, method)(_filled(path), **options)


class Attempt:
    """Sends what an operator's program could send, and sees whether a row has changed by it."""

    def __init__(self, client: Client, headers: dict[str, str], url: str) -> None:
        self._client = client
        self._headers = headers
        self._url = url
        self.send("get", "/api/operator-chats")  # notes the token's use, once a minute
        self._before = contents(url)

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> Any:
        filled = path.replace("{userId}", "42").replace("{seq}", "1")
        return getattr(self._client, method)(filled, headers={**self._headers, **(headers or {})}, **options)

    def insist_on_nothing(self) -> None:
        assert contents(self._url) == self._before


@pytest.fixture
def attempt(client: Client, operator: dict[str, str], anna: int, chat: OperatorChat) -> Attempt:
    """An operator's program, in a chat with one message."""
    return Attempt(client, operator, chat.config.database_url or "")


def test_there_is_something_to_try() -> None:
    """The tables below come from the description of the API, which is tested against the app."""
    assert len(FIELDS) > 25
    assert all(_sound(shape) for _, _, shape in _bodies())


@pytest.mark.parametrize("where", FIELDS, ids=" ".join)
def test_no_field_takes_what_it_should_not(attempt: Attempt, where: tuple[str, str, str, str]) -> None:
    """One field at a time, beside others that are sound: the caller is told, and no row has changed."""
    method, path, shape, name = where
    others = {key: value for key, value in _sound(shape).items() if key != name}
    for what, written in NOWHERE.items():
        if (name, what) in RIGHT_FOR:
            continue
        body = json.dumps(others)[:-1] + (", " if others else "") + f"{json.dumps(name)}: {written}}}"
        answer = attempt.send(method, path, data=body.encode(), content_type="application/json")
        assert answer.status_code in {400, 413, 422}, (what, answer.status_code, answer.text[:200])
        assert answer.mimetype == "application/problem+json"
        assert len(answer.text) < 1_000  # nothing is repeated at length
    attempt.insist_on_nothing()


@pytest.mark.parametrize("where", _bodies(), ids=" ".join)
def test_no_endpoint_takes_what_is_no_body(attempt: Attempt, where: tuple[str, str, str]) -> None:
    """Another media type, another encoding, another shape, a body without end."""
    method, path, shape = where
    body = json.dumps(_sound(shape))
    whole = {"data": body, "content_type": "application/json"}
    for options in (
        {**whole, "content_type": "text/plain"},
        {**whole, "content_type": "application/x-www-form-urlencoded"},
        {**whole, "content_type": "application/xml"},
        {**whole, "content_type": ""},
        {**whole, "data": body.encode("utf-16")},
        {**whole, "data": b"\xff" + body.encode()},
        {**whole, "data": body[:-1]},
        {**whole, "data": f"[{body}]"},
        {**whole, "data": f"{body}{body}"},
        {**whole, "data": json.dumps(body)},
        {**whole, "data": body[:-1] + ', "x": "' + "y" * 3_000_000 + '"}'},
    ):
        answer = attempt.send(method, path, **options)
        assert answer.status_code in {400, 413, 415, 422}, (options, answer.status_code, answer.text[:200])
        assert answer.mimetype == "application/problem+json"
    attempt.insist_on_nothing()


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_no_path_takes_what_is_no_number(attempt: Attempt, number: str) -> None:
    """A user or a message is named by a plain number, or not found."""
    bodies = {(method, path): _sound(shape) for method, path, shape in _bodies()}
    for path, operations in PATHS.items():
        for method in operations:
            for place in ("{userId}", "{seq}"):
                if place in path:
                    answer = attempt.send(method, path.replace(place, number), json=bodies.get((method, path)))
                    assert answer.status_code in {400, 404, 409, 422}, (method, path, answer.status_code)
    attempt.insist_on_nothing()


@pytest.mark.parametrize(
    "value",
    ["", "\x00", "\ud7ff\ufffe", "9" * 5_000, "-1", "0x1", "1e9", "%", "_", "'; DROP TABLE opchat.users; --", "\r\n"],
    ids=lambda value: repr(value[:9]),
)
def test_no_parameter_breaks_anything(attempt: Attempt, value: str) -> None:
    """Every parameter of every question, given each of these: an answer or a reason, never an accident."""
    for path, operations in PATHS.items():
        parameters = operations.get("get", {}).get("parameters", []) if path != "/api/events" else []
        for name in (parameter["name"] for parameter in parameters if parameter["in"] == "query"):
            answer = attempt.send("get", path, query_string={name: value})
            assert answer.status_code in {200, 404, 422}, (path, name, answer.text)
        if parameters and value.isprintable():  # no client can send others in a header
            untagged = attempt.send("get", path).status_code  # 404 where the message has no file
            for tagged in (value, f'"{value}"', f'W/"{value}"'):
                assert attempt.send("get", path, headers={"If-None-Match": tagged}).status_code == untagged, path
    attempt.insist_on_nothing()


def test_wildcards_of_searches_are_letters(client: Client, operator: dict[str, str], chat: OperatorChat) -> None:
    """Who looks for a percent sign finds it, and not everybody."""
    for user_id, name in enumerate(("100%", "a_b", "back\\slash", "Anna"), 1):
        chat.receive(user_id=user_id, text="hi", first_name=name)
    for search, found in (("%", [1]), ("_", [2]), ("\\", [3]), ("%%", []), ("a%", []), ("' OR 1=1 --", [])):
        told: Any = client.get("/api/operator-chats", query_string={"search": search}, headers=operator).json
        assert [one["userId"] for one in told["chats"]] == found, search
