"""Everything that a bot can do to a message that is there: text, file, buttons, reactions, its end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.simulator.raw import Raw, upload

from opchat_core.testing.simulator import Simulator

BUTTON = {"text": "Yes", "callback_data": "yes"}
KEYBOARD = {"inline_keyboard": [[BUTTON, {"text": "Shop", "url": "https://example.com"}]]}


def media(kind: str, **more: object) -> str:
    return json.dumps({"type": kind, "media": "attach://f", **more})


def test_a_file_takes_the_place_of_another(raw: Raw) -> None:
    """With its caption; that of the old one goes, the message stays where it is."""
    asked = raw.simulator.send_text(42, "?")
    reply = json.dumps({"message_id": asked})
    sent = upload(raw, "sendPhoto", {"photo": b"x"}, chat_id=42, caption="old", reply_parameters=reply)["result"]
    there = {"chat_id": 42, "message_id": sent["message_id"]}
    edited = upload(raw, "editMessageMedia", {"f": b"y"}, "b.txt", **there, media=media("document"))["result"]
    assert edited["document"]["file_name"] == "b.txt"
    assert not {"photo", "caption"} & set(edited)
    assert edited["reply_to_message"]["message_id"] == asked
    text = raw.result("sendMessage", chat_id=42, text="soon a picture")
    there = {"chat_id": 42, "message_id": text["message_id"]}
    assert "text" not in upload(raw, "editMessageMedia", {"f": b"y"}, **there, media=media("photo"))["result"]


@pytest.mark.parametrize(
    ("sent", "new", "words"),
    [
        ("sticker", "photo", "message media can't be edited"),
        ("photo", "voice", 'can\'t parse InputMedia: type "voice" is unsupported'),
    ],
)
def test_files_that_cannot_be_exchanged(raw: Raw, sent: str, new: str, words: str) -> None:
    """Neither away from a sticker nor towards a voice message."""
    message = upload(raw, f"send{sent}", {sent: b"x"}, chat_id=42)["result"]
    there = {"chat_id": 42, "message_id": message["message_id"]}
    answer = upload(raw, "editMessageMedia", {"f": b"y"}, **there, media=media(new))
    assert answer["description"] == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("kind", "new", "words"),
    [
        ("photo", "video", None),
        ("photo", "document", "can't change media type in the album"),
        ("photo", "animation", "message content type can't be used in an album"),
        ("audio", "photo", "can't change media type in the album"),
    ],
)
def test_an_album_stays_one(raw: Raw, kind: str, new: str, words: str | None) -> None:
    """Its parts can be exchanged for what could have been there from the start."""
    album = json.dumps([{"type": kind, "media": "attach://f"}] * 2)
    message = upload(raw, "sendMediaGroup", {"f": b"x"}, chat_id=42, media=album)["result"][0]
    there = {"chat_id": 42, "message_id": message["message_id"]}
    answer = upload(raw, "editMessageMedia", {"f": b"y"}, **there, media=media(new))
    if words is None:
        assert answer["result"]["media_group_id"] == message["media_group_id"]
    else:
        assert answer["description"] == f"Bad Request: {words}"


def test_buttons(raw: Raw) -> None:
    """Put under a message, changed, and gone with an edit that does not name them."""
    sent = raw.result("sendMessage", chat_id=42, text="Sure?", reply_markup=KEYBOARD)
    assert sent["reply_markup"] == KEYBOARD
    there = {"chat_id": 42, "message_id": sent["message_id"]}
    assert "not modified" in raw.refusal("editMessageReplyMarkup", **there, reply_markup=KEYBOARD)[1]
    other = {"inline_keyboard": [[BUTTON]]}
    assert raw.result("editMessageReplyMarkup", **there, reply_markup=other)["reply_markup"] == other
    assert "reply_markup" not in raw.result("editMessageText", **there, text="Sure?")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        (
            {"inline_keyboard": [{}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"inline_keyboard": [["x"]]},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        ({"inline_keyboard": [[{}]]}, "can't parse inline keyboard button: can't find field \"text\""),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard",
        ),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]}, "BUTTON_DATA_INVALID"),
    ],
)
def test_buttons_that_cannot_be(raw: Raw, markup: object, words: str) -> None:
    """Refused before anything is sent."""
    assert raw.refusal("sendMessage", chat_id=42, text="x", reply_markup=markup) == (400, f"Bad Request: {words}")
    assert raw.simulator.sent() == []


def test_reactions(raw: Raw) -> None:
    """One of the known emoji, with or without a variation selector, on anybody's message."""
    there = {"chat_id": 42, "message_id": raw.simulator.send_text(42, "Thanks")}
    heart = {"type": "emoji", "emoji": "\u2764\ufe0f"}
    assert raw.result("setMessageReaction", **there, reaction=[heart]) is True
    assert raw.simulator.messages(42)[0].bot_reactions == ("\u2764",)
    assert raw.refusal("setMessageReaction", **there, reaction=[heart, heart])[1].endswith("REACTIONS_TOO_MANY")
    wrong = {"type": "emoji", "emoji": "x"}
    assert raw.refusal("setMessageReaction", **there, reaction=[wrong])[1].endswith("REACTION_INVALID")
    assert raw.refusal("setMessageReaction", **there, reaction="{")[0] == 400
    assert raw.refusal("setMessageReaction", **there, reaction=[{"type": "paid"}])[0] == 400
    assert raw.refusal("setMessageReaction", chat_id=42, message_id=99)[1].endswith("message to react not found")
    assert raw.result("setMessageReaction", **there) is True
    assert raw.simulator.messages(42)[0].bot_reactions == ()


def test_several_messages_go_at_once() -> None:
    """Those that are there; none of them when one is too old."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with Simulator(clock=lambda: now) as simulator:
        simulator.user(42, "Anna")
        raw = Raw(simulator)
        old = simulator.send_text(42, "old")
        now += timedelta(hours=48, seconds=1)
        new = [simulator.send_text(42, str(number)) for number in range(3)]
        refused = raw.refusal("deleteMessages", chat_id=42, message_ids=[old, *new])
        assert refused == (400, "Bad Request: message can't be deleted for everyone")
        assert raw.result("deleteMessages", chat_id=42, message_ids=[*new, 99]) is True
        assert [message.text for message in simulator.messages(42)] == ["old"]
        for ids in ([], "x", [1] * 101, ["x"]):
            assert raw.refusal("deleteMessages", chat_id=42, message_ids=ids)[0] == 400


@pytest.mark.parametrize(
    ("method", "params", "content"),
    [
        ("sendLocation", {"latitude": 59.9, "longitude": 30.3}, {"location": {"latitude": 59.9, "longitude": 30.3}}),
        (
            "sendLocation",
            {"latitude": 1, "longitude": 2, "live_period": 60, "heading": 90},
            {"location": {"latitude": 1.0, "longitude": 2.0, "live_period": 60, "heading": 90}},
        ),
        (
            "sendContact",
            {"phone_number": "+15550100", "first_name": "Bob", "last_name": "B"},
            {"contact": {"phone_number": "+15550100", "first_name": "Bob", "last_name": "B"}},
        ),
        (
            "sendVenue",
            {"latitude": 1, "longitude": 2, "title": "Shop", "address": "Road 1"},
            {
                "location": {"latitude": 1.0, "longitude": 2.0},
                "venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": "Shop", "address": "Road 1"},
            },
        ),
    ],
)
def test_places_and_contacts(raw: Raw, method: str, params: dict[str, Any], content: dict[str, Any]) -> None:
    """They arrive as they were sent; each needs all its parts, within the world."""
    sent = raw.result(method, chat_id=42, **params)
    assert {key: sent.get(key) for key in content} == content
    for missing in list(params)[:2]:
        assert raw.refusal(method, chat_id=42, **{**params, missing: ""})[0] == 400
    if "latitude" in params:
        assert raw.refusal(method, chat_id=42, **{**params, "latitude": 91})[1].endswith("invalid location specified")
    if "live_period" in params:
        assert raw.refusal(method, chat_id=42, **{**params, "live_period": 59})[1].endswith("period specified")


def test_quotes(raw: Raw) -> None:
    """A part of the answered message, at the place that was meant."""
    asked = raw.simulator.send_text(42, "to be \N{WAVING HAND SIGN} or not to be")
    answer = {"message_id": asked, "quote": "to be", "quote_position": 15}
    assert raw.result("sendMessage", chat_id=42, text="x", reply_parameters=answer)["quote"] == {
        "text": "to be",
        "position": 16,
        "is_manual": True,
    }
    wrong = {"message_id": asked, "quote": "to have"}
    words = "Bad Request: QUOTE_TEXT_INVALID"
    assert raw.refusal("sendMessage", chat_id=42, text="x", reply_parameters=wrong) == (400, words)


def test_link_previews(raw: Raw) -> None:
    """How a link is shown is told back."""
    options = {"is_disabled": True}
    sent = raw.result("sendMessage", chat_id=42, text="https://example.com", link_preview_options=options)
    assert sent["link_preview_options"] == options
    assert raw.refusal("sendMessage", chat_id=42, text="x", link_preview_options=[])[0] == 400


@pytest.mark.parametrize(
    "method",
    ["sendPhoto", "sendMediaGroup", "editMessageMedia", "setMessageReaction", "deleteMessages", "sendLocation"],
)
def test_faults_strike_every_method(raw: Raw, method: str) -> None:
    """A limit refuses, a cut before has no effect; the ledger knows both."""
    raw.simulator.fail(method, "too_many_requests", retry_after=7)
    raw.simulator.fail(method, "server_error")
    assert raw.call(method, chat_id=42)["parameters"] == {"retry_after": 7}
    assert raw.request("POST", f"/bot{raw.token}/{method}?chat_id=42")[0] == 502
    assert [entry.fault for entry in raw.simulator.ledger(method)] == ["too_many_requests", "server_error"]


def test_a_lost_answer_to_an_upload_has_its_effect(raw: Raw) -> None:
    """Cut off after it was taken, the file is on the phone."""
    raw.simulator.fail("sendPhoto", "cut_after")
    with pytest.raises(ConnectionError):
        upload(raw, "sendPhoto", {"photo": b"x"}, chat_id=42)
    assert [message.kind for message in raw.simulator.sent(42)] == ["photo"]
