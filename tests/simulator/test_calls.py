"""How calls are authorized and read, whatever encoding brings them."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import Simulator

FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--xyz\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n42\r\n'
    b'--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello\r\n--xyz--\r\n'
)


@pytest.mark.parametrize(
    ("method", "query", "content_type", "body"),
    [
        ("GET", "?chat_id=42&text=Hello", "", None),
        ("POST", "?chat_id=42&text=Hello", "", None),
        ("POST", "", FORM, b"chat_id=42&text=Hello"),
        ("POST", "", "application/json", b'{"chat_id": 42, "text": "Hello"}'),
        ("POST", "?chat_id=42", "application/json; charset=utf-8", b'{"text": "Hello"}'),
        ("POST", "", "multipart/form-data; boundary=xyz", MULTIPART),
    ],
)
def test_reads_parameters_in_every_encoding(
    raw: Raw, method: str, query: str, content_type: str, body: bytes | None
) -> None:
    """Query, form, JSON and multipart all send the same message, and the ledger shows them alike."""
    path = f"/bot{raw.token}/sendMessage{query}"
    status, answer = raw.request(method, path, body, {"Content-Type": content_type})
    assert status == 200, answer
    assert json.loads(answer)["result"]["text"] == "Hello"
    (entry,) = raw.simulator.ledger()
    assert entry.params == {"chat_id": "42", "text": "Hello"}
    assert (entry.outcome, entry.message_id) == ("accepted", 1)


def test_reads_a_chunked_body(raw: Raw) -> None:
    """A client that streams its body without a length is understood."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", raw.simulator.port, timeout=5)
    pieces = iter([b"chat_id=42&", b"text=Hello"])
    connection.request("POST", f"/bot{raw.token}/sendMessage", pieces, {"Content-Type": FORM}, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert [message.text for message in raw.simulator.sent(42)] == ["Hello"]


@pytest.mark.parametrize("name", ["getMe", "GETME", "getme"])
def test_method_names_have_no_case(raw: Raw, name: str) -> None:
    """As at Telegram."""
    assert raw.result(name)["id"] == 110201543


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        ("999:unknown", "getMe", (401, "Unauthorized")),
        ("110201543:wrong-secret", "getMe", (401, "Unauthorized")),
        ("nonsense", "getMe", (404, "Not Found")),
        (None, "noSuchMethod", (404, "Not Found: method not found")),
    ],
)
def test_refuses_wrong_tokens_and_methods(raw: Raw, token: str | None, method: str, expected: tuple[int, str]) -> None:
    """A well-formed unknown token is 401, what is no token or no method is 404."""
    assert Raw(raw.simulator, token).refusal(method) == expected


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"chat_id": 42, "text": "\\ud800"}'),
        (FORM, b"text=\xff"),
        ("multipart/form-data; boundary=xyz", b"--xyz\r\n"),
        ("multipart/form-data", b"x"),
    ],
)
def test_answers_400_to_a_broken_body(raw: Raw, content_type: str, body: bytes) -> None:
    """What cannot be read is refused in Telegram's envelope."""
    status, answer = raw.request("POST", f"/bot{raw.token}/sendMessage", body, {"Content-Type": content_type})
    assert status == 400, answer
    assert json.loads(answer)["ok"] is False


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "-1"},
        {"Content-Length": "many"},
        {"Transfer-Encoding": "chunked"},
        {"Host": "[", "Content-Length": "0"},
    ],
)
def test_answers_400_to_broken_http(raw: Raw, headers: dict[str, str]) -> None:
    """And closes the connection, as nobody knows where the next request would begin."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", raw.simulator.port, timeout=5)
    connection.putrequest("POST", f"/bot{raw.token}/getMe", skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"xyz\r\n")
    response = connection.getresponse()
    assert (response.status, response.getheader("Connection")) == (400, "close")
    response.read()
    connection.close()


def test_a_method_needs_get_or_post(raw: Raw) -> None:
    """Anything else is not found."""
    status, _answer = raw.request("DELETE", f"/bot{raw.token}/getMe")
    assert status == 404


def test_bots_have_their_own_ids_and_chats(raw: Raw) -> None:
    """A second bot counts its messages from one, and does not see the first bot's updates."""
    other = Raw(raw.simulator, "555:second-bot")
    raw.simulator.add_bot(other.token, "second_bot", "Second")
    raw.result("sendMessage", chat_id=42, text="one")
    assert other.result("sendMessage", chat_id=42, text="two")["message_id"] == 1
    raw.simulator.send_text(42, "for the second", bot=555)
    assert raw.result("getUpdates") == []
    assert other.result("getUpdates")[0]["message"]["text"] == "for the second"
    assert [message.text for message in raw.simulator.sent(42, bot=555)] == ["two"]
    with pytest.raises(ValueError, match="registered already"):
        raw.simulator.add_bot("555:other-secret")


def test_can_accept_any_token() -> None:
    """For a person who tries a token of their own; malformed ones stay refused."""
    with Simulator(accept_any_token=True) as simulator:
        assert Raw(simulator, "777:my-own").result("getMe")["id"] == 777
        assert Raw(simulator, "777:another-secret").refusal("getMe") == (401, "Unauthorized")
        assert Raw(simulator, "no-token").refusal("getMe") == (404, "Not Found")


def test_commands_and_chat_are_told(raw: Raw) -> None:
    """`setMyCommands` is remembered, and `getChat` knows the names."""
    commands = [{"command": "help", "description": "Help"}]
    assert raw.result("setMyCommands", commands=commands) is True
    assert raw.result("getMyCommands") == commands
    assert raw.result("deleteMyCommands") is True
    assert raw.result("getMyCommands") == []
    assert raw.refusal("setMyCommands", commands=[{"command": 1}])[0] == 400
    assert raw.result("getChat", chat_id=42)["username"] == "anna"
    assert raw.result("logOut") is True
    assert raw.result("close") is True


def test_an_oversized_body_is_413(raw: Raw) -> None:
    """Telegram's answer to an upload that is far too large."""
    body = urlencode({"text": "x"}).encode() + bytes(61 * 1024 * 1024)
    status, answer = raw.request("POST", f"/bot{raw.token}/sendMessage", body, {"Content-Type": FORM})
    assert (status, json.loads(answer)["description"]) == (413, "Request Entity Too Large")
