"""How updates reach a polling bot."""

from __future__ import annotations

import http.client
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulator.raw import HangingCaller, Raw

from opchat_core.testing.simulator import Simulator, UnknownUserError


class Poller(threading.Thread):
    """A long poll in a thread of its own."""

    def __init__(self, raw: Raw, **params: Any) -> None:
        super().__init__()
        self.raw, self.params = raw, params
        self.envelope: dict[str, Any] = {}
        polls = raw.simulator.state.bot(None).polls
        self.start()
        raw.simulator.wait_until(lambda: raw.simulator.state.bot(None).polls > polls)

    def run(self) -> None:
        try:
            self.envelope = self.raw.call("getUpdates", patience=60, **self.params)
        except (OSError, http.client.HTTPException) as error:  # the simulator was stopped
            self.envelope = {"ok": False, "description": str(error)}

    def finished(self) -> dict[str, Any]:
        self.join(timeout=5)
        assert not self.is_alive()
        return self.envelope


def test_updates_stay_until_a_higher_offset_confirms_them(raw: Raw) -> None:
    """The second tick comes with the confirmation, not with the fetching."""
    simulator = raw.simulator
    for text in ("one", "two", "three"):
        simulator.send_text(42, text)
    first, second, third = raw.result("getUpdates")
    assert [update["message"]["text"] for update in (first, second, third)] == ["one", "two", "three"]
    assert third["update_id"] == first["update_id"] + 2
    assert [message.ticks for message in simulator.messages(42)] == [1, 1, 1]
    assert raw.result("getUpdates", offset=third["update_id"]) == [third]
    assert [message.ticks for message in simulator.messages(42)] == [2, 2, 1]
    assert raw.result("getUpdates", offset=third["update_id"] + 1) == []
    assert simulator.pending_updates() == 0


def test_limit_and_negative_offset(raw: Raw) -> None:
    """`limit` is kept within 1 to 100; a negative offset forgets all but the last ones."""
    for number in range(102):
        raw.simulator.send_text(42, str(number))
    assert len(raw.result("getUpdates", limit=2)) == 2
    assert len(raw.result("getUpdates", limit=0)) == 1
    assert len(raw.result("getUpdates", limit=1000)) == 100
    assert [update["message"]["text"] for update in raw.result("getUpdates", offset=-2)] == ["100", "101"]
    assert raw.simulator.pending_updates() == 2


def test_a_long_poll_ends_with_the_next_message(raw: Raw) -> None:
    """It answers at once when something comes, long before its timeout."""
    poller = Poller(raw, timeout=50)
    started = time.monotonic()
    raw.simulator.send_text(42, "Hello")
    assert poller.finished()["result"][0]["message"]["text"] == "Hello"
    assert time.monotonic() - started < 3


def test_a_long_poll_ends_empty(raw: Raw) -> None:
    """After its timeout."""
    started = time.monotonic()
    assert raw.result("getUpdates", timeout=1) == []
    assert time.monotonic() - started >= 1


def test_the_newer_poller_takes_over(raw: Raw) -> None:
    """The older one gets 409 in Telegram's words."""
    older = Poller(raw, timeout=50)
    newer = Poller(raw, timeout=50)
    assert older.finished() == {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    }
    raw.simulator.send_text(42, "Hello")
    assert len(newer.finished()["result"]) == 1


def test_stopping_ends_a_long_poll_quickly() -> None:
    """A simulator with calls under way, hanging ones too, is gone within a moment."""
    with Simulator() as simulator:
        simulator.fail("getMe", "hang")
        raw = Raw(simulator)
        poller = Poller(raw, timeout=50)
        hanging = HangingCaller(raw)
        simulator.wait_until(lambda: simulator.ledger("getMe"))
        started = time.monotonic()
    assert time.monotonic() - started < 2
    assert poller.finished()["ok"] is False
    assert hanging.error_at_the_end() is not None


def test_allowed_updates_are_remembered(raw: Raw) -> None:
    """Kinds not asked for are not queued from then on, until an empty list brings the usual ones back."""
    message_id = raw.simulator.send_text(42, "old")
    assert len(raw.result("getUpdates", offset=-1, allowed_updates=["edited_message"])) == 1
    raw.simulator.send_text(42, "unwanted")
    raw.simulator.edit_text(42, message_id, "edited")
    kinds = [list(update)[1] for update in raw.result("getUpdates")]
    assert kinds == ["message", "edited_message"]
    assert raw.result("getWebhookInfo")["allowed_updates"] == ["edited_message"]
    raw.result("getUpdates", allowed_updates=[])
    raw.simulator.send_text(42, "wanted again")
    assert raw.simulator.pending_updates() == 3


def test_updates_live_24_hours() -> None:
    """By the simulator's clock; the message keeps its single tick."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Simulator(clock=lambda: now) as simulator:
        simulator.user(42, "Anna")
        simulator.send_text(42, "unheard")
        now += timedelta(hours=24)
        assert Raw(simulator).result("getUpdates") == []
        assert [message.ticks for message in simulator.messages(42)] == [1]


def test_update_ids_can_go_down(raw: Raw) -> None:
    """An offset from before is taken for what it is, and confirms nothing."""
    raw.simulator.send_text(42, "before")
    (before,) = raw.result("getUpdates")
    offset = before["update_id"] + 1
    assert raw.result("getUpdates", offset=offset) == []
    raw.simulator.set_next_update_id(1000)
    raw.simulator.send_text(42, "after")
    (after,) = raw.result("getUpdates", offset=offset)
    assert (after["update_id"], after["message"]["text"]) == (1000, "after")
    assert raw.result("getUpdates", offset=1001) == []


def test_anything_can_be_injected(raw: Raw) -> None:
    """Also what no client can parse; only what Telegram's server would drop is refused."""
    update = {"update_id": 7, "message": {"message_id": "seven"}}
    assert raw.simulator.inject(update) == 7
    assert raw.simulator.inject({"poll": None}) == 8
    assert raw.result("getUpdates") == [update, {"update_id": 8, "poll": None}]
    with pytest.raises(ValueError, match="64 KiB"):
        raw.simulator.inject({"message": {"text": "x" * 65536}})
    with pytest.raises(ValueError, match="integer"):
        raw.simulator.inject({"update_id": "seven"})


def test_users_send_more_than_text(raw: Raw) -> None:
    """Every kind has the shape of a Bot API message."""
    simulator = raw.simulator
    simulator.send_text(42, "/start now", message_id=0, date=1_700_000_000)
    simulator.send_photo(42, b"\x89PNG", "look")
    simulator.send_document(42, b"%PDF", file_name="bill.pdf", mime_type="application/pdf")
    simulator.send_file(
        42, "voice", b"OggS", mime_type="audio/ogg", measures={"duration": 7}, extra={"media_group_id": "1"}
    )
    simulator.send_file(42, "animation", b"GIF8")
    simulator.send_sticker(42)
    simulator.send_location(42, 59.9, 30.3)
    simulator.send_contact(42, "+15550100", "Bob")
    simulator.send_dice(42, 5)
    simulator.send(42, {"novelty": {}})
    messages = [update["message"] for update in raw.result("getUpdates")]
    assert messages[0]["message_id"] == 0
    assert messages[0]["date"] == 1_700_000_000
    assert messages[0]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert messages[1]["caption"] == "look"
    assert messages[1]["photo"][-1]["file_size"] == 4
    assert messages[2]["document"]["file_name"] == "bill.pdf"
    assert (messages[3]["voice"]["duration"], messages[3]["media_group_id"]) == (7, "1")
    assert [message.kind for message in simulator.messages(42)] == [
        "text",
        "photo",
        "document",
        "voice",
        "animation",
        "sticker",
        "location",
        "contact",
        "dice",
        "unsupported",
    ]


def test_the_apps_send_nothing_impossible(raw: Raw) -> None:
    """Empty and oversized texts, unknown users, and messages of others are mistakes of the test."""
    simulator = raw.simulator
    for text in ("", "  ", "x" * 4097):
        with pytest.raises(ValueError, match="the apps send"):
            simulator.send_text(42, text)
    with pytest.raises(ValueError, match="caption"):
        simulator.send_photo(42, b"x", "x" * 1025)
    with pytest.raises(UnknownUserError, match="no user 7"):
        simulator.send_text(7, "x")
    with pytest.raises(UnknownUserError, match="no message 9"):
        simulator.send_text(42, "x", reply_to=9)
    with pytest.raises(UnknownUserError, match="has sent no message"):
        simulator.edit_text(42, raw.result("sendMessage", chat_id=42, text="bot's")["message_id"], "x")
    with pytest.raises(ValueError, match="user id"):
        simulator.user(0)
    with pytest.raises(ValueError, match="first name"):
        simulator.user(1, "")
    assert simulator.user(first_name="First").id == 1
    assert simulator.pending_updates() == 0


def test_reset_begins_anew(raw: Raw) -> None:
    """Users, messages, faults and ledger are gone, and a waiting poller is ended."""
    raw.simulator.send_text(42, "x")
    raw.simulator.fail("getMe", "forbidden")
    poller = Poller(raw, offset=raw.result("getUpdates")[0]["update_id"] + 1, timeout=50)
    raw.simulator.reset()
    assert poller.finished()["error_code"] == 409
    assert (raw.simulator.users(), raw.simulator.faults()) == ([], [])
    assert raw.result("getMe")["id"] == 110201543


def test_waiting_has_an_end(simulator: Simulator) -> None:
    """`wait_until` says when nothing came."""
    with pytest.raises(TimeoutError):
        simulator.wait_until(lambda: False, timeout=0.05)
