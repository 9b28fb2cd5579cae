"""What a bot can send, change and delete, and the words it is refused with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import Simulator


def test_a_message_reaches_the_phone(raw: Raw) -> None:
    """The phone shows what the bot sent, with ids that count up over both sides."""
    first = raw.simulator.send_text(42, "Hello")
    sent = raw.result("sendMessage", chat_id=42, text="Hi Anna")
    assert (first, sent["message_id"]) == (1, 2)
    assert sent["from"]["is_bot"] is True
    assert sent["chat"] == {"id": 42, "type": "private", "first_name": "Anna", "username": "anna"}
    shown = raw.simulator.messages(42)
    assert [(message.text, message.outgoing, message.ticks) for message in shown] == [
        ("Hello", False, 1),
        ("Hi Anna", True, None),
    ]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"chat_id": 42, "text": ""}, (400, "Bad Request: message text is empty")),
        ({"chat_id": 42}, (400, "Bad Request: message text is empty")),
        ({"chat_id": 42, "text": " \n\t "}, (400, "Bad Request: text must be non-empty")),
        ({"chat_id": 42, "text": "x" * 4097}, (400, "Bad Request: message is too long")),
        ({"chat_id": 42, "text": "\N{WAVING HAND SIGN}" * 2049}, (400, "Bad Request: message is too long")),
        ({"chat_id": 4711, "text": "x"}, (400, "Bad Request: chat not found")),
        ({"chat_id": "@nobody", "text": "x"}, (400, "Bad Request: chat not found")),
        ({"text": "x"}, (400, "Bad Request: chat_id is empty")),
        (
            {"chat_id": 42, "text": "x", "reply_parameters": {"message_id": 9}},
            (400, "Bad Request: message to be replied not found"),
        ),
        (
            {"chat_id": 42, "text": "*x*", "parse_mode": "MarkdownV2"},
            (400, "Bad Request: can't parse entities: the simulator knows no parse_mode, send entities"),
        ),
    ],
)
def test_refuses_as_telegram_does(raw: Raw, params: dict[str, Any], expected: tuple[int, str]) -> None:
    """Limits and words are Telegram's, and a refused message is in the ledger but not on the phone."""
    assert raw.refusal("sendMessage", **params) == expected
    assert raw.simulator.messages(42) == []
    (entry,) = raw.simulator.ledger("sendmessage")
    assert (entry.outcome, entry.status, entry.description) == ("refused", *expected)


@pytest.mark.parametrize("text", ["x" * 4096, "\N{WAVING HAND SIGN}" * 2048, "x" * 4096 + " " * 50])
def test_takes_4096_units_after_trimming(raw: Raw, text: str) -> None:
    """The limit counts UTF-16 units of what will be delivered."""
    assert raw.result("sendMessage", chat_id=42, text=text)["text"] == text.strip()


def test_trims_up_to_the_first_entity(raw: Raw) -> None:
    """Spaces at the start go unless an entity covers them, whitespace at the end goes, entities move along."""
    sent = raw.result(
        "sendMessage",
        chat_id=42,
        text=" \n bold \N{WAVING HAND SIGN}end \n\t",
        entities=[{"type": "bold", "offset": 3, "length": 4}, {"type": "italic", "offset": 10, "length": 9}],
    )
    assert sent["text"] == "bold \N{WAVING HAND SIGN}end"
    assert sent["entities"] == [
        {"type": "bold", "offset": 0, "length": 4},
        {"type": "italic", "offset": 7, "length": 3},
    ]
    code = raw.result("sendMessage", chat_id=42, text="   x", entities=[{"type": "code", "offset": 1, "length": 3}])
    assert (code["text"], code["entities"]) == ("  x", [{"type": "code", "offset": 0, "length": 3}])


@pytest.mark.parametrize(
    "entities",
    [
        "nonsense",
        {"type": "bold"},
        [{"offset": 0, "length": 1}],
        [{"type": "bold", "offset": -1, "length": 1}],
        [{"type": "bold", "offset": 0, "length": True}],
    ],
)
def test_refuses_entities_no_text_can_have(raw: Raw, entities: object) -> None:
    """Entities are checked before anything is sent."""
    assert raw.refusal("sendMessage", chat_id=42, text="x", entities=entities)[0] == 400
    assert raw.simulator.sent() == []


def test_replies_carry_the_message_they_answer(raw: Raw) -> None:
    """By either parameter, one level deep, and leniently when asked."""
    asked = raw.simulator.send_text(42, "Where?")
    first = raw.result("sendMessage", chat_id=42, text="Here", reply_to_message_id=asked)
    assert first["reply_to_message"]["text"] == "Where?"
    second = raw.result("sendMessage", chat_id=42, text="Really", reply_parameters={"message_id": first["message_id"]})
    assert "reply_to_message" not in second["reply_to_message"]
    lenient = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in raw.result("sendMessage", chat_id=42, text="x", reply_parameters=lenient)
    assert raw.simulator.send_text(42, "Thanks", reply_to=first["message_id"]) == 5
    assert raw.result("getUpdates")[1]["message"]["reply_to_message"]["text"] == "Here"


def test_a_blocked_bot_is_forbidden(raw: Raw) -> None:
    """Block and unblock are told to the bot once each, and sending is 403 in between."""
    raw.simulator.block(42)
    raw.simulator.block(42)
    assert raw.refusal("sendMessage", chat_id=42, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    assert raw.refusal("sendChatAction", chat_id=42, action="typing")[0] == 403
    with pytest.raises(ValueError, match="unblock it first"):
        raw.simulator.send_text(42, "x")
    raw.simulator.unblock(42)
    raw.result("sendMessage", chat_id=42, text="x")
    changes = [update["my_chat_member"] for update in raw.result("getUpdates")]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]
    assert [change["old_chat_member"]["status"] for change in changes] == ["member", "kicked"]


def test_typing_lasts_five_seconds_of_the_clock() -> None:
    """The phone sees `typing` until the clock is five seconds on or the message is there."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Simulator(clock=lambda: now) as simulator:
        simulator.user(42, "Anna")
        raw = Raw(simulator)
        assert raw.result("sendChatAction", chat_id=42, action="typing") is True
        assert raw.control("GET", "phone?user=42")[1]["typingSeconds"] == 5
        now += timedelta(seconds=6)
        assert raw.control("GET", "phone?user=42")[1]["typingSeconds"] == 0
        assert raw.refusal("sendChatAction", chat_id=42, action="dancing")[0] == 400


def test_edits_and_deletes(raw: Raw) -> None:
    """The phone shows the new text, then nothing; the record of what was sent keeps it."""
    sent = raw.result("sendMessage", chat_id=42, text="Helo")
    there = {"chat_id": 42, "message_id": sent["message_id"]}
    edited = raw.result("editMessageText", **there, text="Hello")
    assert edited["text"] == "Hello"
    assert edited["edit_date"] >= edited["date"]
    assert "message is not modified" in raw.refusal("editMessageText", **there, text="Hello")[1]
    assert raw.refusal("editMessageCaption", **there, caption="x")[1].startswith("Bad Request: there is no")
    assert raw.result("deleteMessage", **there) is True
    assert raw.refusal("deleteMessage", **there) == (400, "Bad Request: message to delete not found")
    assert raw.refusal("editMessageText", **there, text="x") == (
        400,
        "Bad Request: message to edit not found",
    )
    assert raw.simulator.messages(42) == []
    assert [(message.text, message.deleted) for message in raw.simulator.sent(42)] == [("Hello", True)]


def test_a_bot_cannot_edit_what_the_user_wrote(raw: Raw) -> None:
    """But it can delete it, in a private chat."""
    there = {"chat_id": 42, "message_id": raw.simulator.send_text(42, "mine")}
    assert raw.refusal("editMessageText", **there, text="x") == (400, "Bad Request: message can't be edited")
    assert raw.result("deleteMessage", **there) is True


def test_changes_end_after_48_hours() -> None:
    """By the simulator's clock, so that no test waits for it."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Simulator(clock=lambda: now) as simulator:
        simulator.user(42, "Anna")
        raw = Raw(simulator)
        there = {"chat_id": 42, "message_id": raw.result("sendMessage", chat_id=42, text="x")["message_id"]}
        now += timedelta(hours=48, seconds=1)
        assert raw.refusal("editMessageText", **there, text="y")[1] == "Bad Request: message can't be edited"
        assert raw.refusal("deleteMessage", **there)[1].startswith("Bad Request: message can't be deleted")
