"""What can be made to go wrong, and what the ledger says of it."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

import pytest
from tests.simulator.raw import HangingCaller, Raw

from opchat_core.testing.simulator import FaultKind

SEND: dict[str, Any] = {"chat_id": 42, "text": "Hello"}


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("too_many_requests", 429, "Too Many Requests: retry after 7"),
        ("forbidden", 403, "Forbidden: bot was blocked by the user"),
        ("bad_request", 400, "Bad Request: chat not found"),
        ("unauthorized", 401, "Unauthorized"),
    ],
)
def test_a_refusal_has_telegrams_envelope(raw: Raw, kind: str, code: int, words: str) -> None:
    """It strikes as often as scripted, and nothing is delivered."""
    raw.simulator.fail("sendMessage", kind, times=2, retry_after=7)
    for _ in range(2):
        envelope = raw.call("sendMessage", **SEND)
        assert (envelope["error_code"], envelope["description"]) == (code, words)
        assert envelope.get("parameters") == ({"retry_after": 7} if code == 429 else None)
    assert raw.simulator.sent() == []
    assert raw.result("sendMessage", **SEND)["text"] == "Hello"
    assert [entry.fault for entry in raw.simulator.ledger()] == [kind, kind, None]
    assert [entry.outcome for entry in raw.simulator.ledger()] == ["refused", "refused", "accepted"]


def test_a_refusal_in_other_words(raw: Raw) -> None:
    """For errors that have no kind of their own."""
    raw.simulator.fail("sendMessage", "forbidden", description="Forbidden: user is deactivated")
    assert raw.refusal("sendMessage", **SEND) == (403, "Forbidden: user is deactivated")


@pytest.mark.parametrize(("kind", "delivered"), [("server_error", 0), ("server_error_after", 1)])
def test_a_server_error_is_html(raw: Raw, kind: str, delivered: int) -> None:
    """Before or after the message was accepted: the caller cannot tell."""
    raw.simulator.fail("sendMessage", kind, status=503)
    status, body = raw.request("POST", f"/bot{raw.token}/sendMessage?chat_id=42&text=Hello")
    assert (status, body[:6]) == (503, b"<html>")
    assert len(raw.simulator.sent(42)) == delivered
    (entry,) = raw.simulator.ledger()
    assert (entry.accepted, entry.status) == (bool(delivered), 503)


@pytest.mark.parametrize(("kind", "delivered"), [("cut_before", 0), ("cut_after", 1)])
def test_a_cut_connection_looks_the_same_before_and_after(raw: Raw, kind: str, delivered: int) -> None:
    """Only the ledger and the phone know."""
    raw.simulator.fail("sendMessage", kind)
    with pytest.raises(http.client.RemoteDisconnected):
        raw.call("sendMessage", **SEND)
    assert len(raw.simulator.sent(42)) == delivered
    (entry,) = raw.simulator.ledger()
    assert (entry.outcome, entry.accepted, entry.status) == ("cut", bool(delivered), None)
    assert entry.message_id == (1 if delivered else None)


def test_a_cut_midway_leaves_half_of_what_was_promised(raw: Raw) -> None:
    """The message is delivered, the answer is not."""
    raw.simulator.fail("sendMessage", "cut_midway")
    with pytest.raises(http.client.IncompleteRead):
        raw.call("sendMessage", **SEND)
    assert len(raw.simulator.sent(42)) == 1


def test_half_a_json_is_a_whole_response(raw: Raw) -> None:
    """200 with a body that is no JSON; the message is delivered."""
    raw.simulator.fail("sendMessage", "half_json")
    with pytest.raises(json.JSONDecodeError):
        raw.call("sendMessage", **SEND)
    assert len(raw.simulator.sent(42)) == 1


@pytest.mark.parametrize(("kind", "delivered"), [("hang", 0), ("hang_after", 1)])
def test_a_hanging_call_times_out_at_the_caller(raw: Raw, kind: str, delivered: int) -> None:
    """With or without effect."""
    raw.simulator.fail("sendMessage", kind)
    with pytest.raises(TimeoutError):
        raw.call("sendMessage", patience=0.2, **SEND)
    assert len(raw.simulator.sent(42)) == delivered


def test_clearing_the_faults_ends_what_hangs(raw: Raw) -> None:
    """The caller is cut off at once, and nothing is left to strike."""
    raw.simulator.fail("*", "hang", times=None)
    caller = HangingCaller(raw)
    raw.simulator.wait_until(lambda: raw.simulator.ledger("getMe"))
    raw.simulator.clear_faults()
    assert isinstance(caller.error_at_the_end(), http.client.RemoteDisconnected)
    assert raw.simulator.faults() == []
    assert raw.result("getMe")["is_bot"] is True


def test_a_short_hang_ends_by_itself(raw: Raw) -> None:
    """After the seconds it was given the connection is cut."""
    raw.simulator.fail("getMe", "hang", seconds=0.1)
    with pytest.raises(http.client.RemoteDisconnected):
        raw.call("getMe")


def test_a_delay_only_takes_time(raw: Raw) -> None:
    """The call works in the end."""
    raw.simulator.fail("sendMessage", "delay", seconds=0.3)
    started = time.monotonic()
    assert raw.result("sendMessage", **SEND)["text"] == "Hello"
    assert time.monotonic() - started >= 0.3


def test_a_fault_can_be_for_one_chat(raw: Raw) -> None:
    """Other chats go on."""
    raw.simulator.user(43, "Boris")
    raw.simulator.fail("sendmessage", "too_many_requests", chat_id=42, times=None)
    assert raw.refusal("sendMessage", **SEND)[0] == 429
    assert raw.result("sendMessage", chat_id=43, text="x")["text"] == "x"
    assert raw.refusal("sendMessage", **SEND)[0] == 429


def test_downloads_fail_too(raw: Raw) -> None:
    """Under the name `file`."""
    raw.simulator.send_document(42, b"hello")
    (update,) = raw.result("getUpdates")
    path = raw.result("getFile", file_id=update["message"]["document"]["file_id"])["file_path"]
    raw.simulator.fail("file", "cut_midway")
    with pytest.raises(http.client.IncompleteRead):
        raw.request("GET", f"/file/bot{raw.token}/{path}")
    assert raw.request("GET", f"/file/bot{raw.token}/{path}") == (200, b"hello")
    assert [entry.outcome for entry in raw.simulator.ledger("file")] == ["cut", "accepted"]


def test_mistakes_in_a_script_are_told(raw: Raw) -> None:
    """A fault that could never strike is a mistake of the test."""
    with pytest.raises(ValueError, match="typo"):
        raw.simulator.fail("sendMessage", "typo")
    with pytest.raises(ValueError, match="times"):
        raw.simulator.fail("sendMessage", FaultKind.HANG, times=0)
    with pytest.raises(ValueError, match="status"):
        raw.simulator.fail("sendMessage", FaultKind.SERVER_ERROR, status=404)
