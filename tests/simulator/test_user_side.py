"""What a person can send and do: every kind of message, and what becomes of it in the bot's updates."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from aiogram.types import Update as AiogramUpdate
from telegram import Update
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import EXTERNAL_REPLY, FORWARD_ORIGINS, UnknownUserError, sample_names
from opchat_core.testing.simulator.samples import SAMPLE_CONTENTS, SAMPLE_FILES


def last(raw: Raw) -> dict[str, Any]:
    """Return the newest update of the bot."""
    update = raw.result("getUpdates", offset=-1)[0]
    assert isinstance(update, dict)
    return update


def asked_for_all(raw: Raw) -> None:
    """Let the bot ask for reactions, too."""
    raw.result("getUpdates", allowed_updates=["message", "edited_message", "message_reaction", "callback_query"])


def test_every_sample_is_a_message(raw: Raw) -> None:
    """Both libraries read each, and know the kind that it is a sample of."""
    for name in sample_names():
        raw.simulator.send_sample(42, name)
    updates = raw.result("getUpdates")
    kinds = [file.kind for file in SAMPLE_FILES.values()] + [next(iter(one)) for one in SAMPLE_CONTENTS.values()]
    for kind, update in zip(kinds, updates, strict=True):
        assert kind in update["message"]
        AiogramUpdate.model_validate(update)
        read = Update.de_json(update, None)
        assert read.message is not None
        assert kind == "novelty" or getattr(read.message, kind)
    expected = ["unsupported" if kind == "novelty" else kind for kind in kinds]
    assert [message.kind for message in raw.simulator.messages(42)] == expected
    with pytest.raises(ValueError, match="no sample"):
        raw.simulator.send_sample(42, "telepathy")


@pytest.mark.parametrize("name", [name for name in SAMPLE_FILES if name != "document"])
def test_sample_files_are_what_they_say(name: str) -> None:
    """By the first bytes, which players and pages go by."""
    start = SAMPLE_FILES[name].read()[:12]
    heads = {
        "jpg": b"\xff\xd8\xff",
        "webp": b"RIFF",
        "tgs": b"\x1f\x8b",
        "webm": b"\x1aE\xdf\xa3",
        "ogg": b"OggS",
        "mp3": b"ID3",
    }
    suffix = SAMPLE_FILES[name].file_name.rpartition(".")[2]
    assert start[4:8] == b"ftyp" if suffix == "mp4" else start.startswith(heads[suffix])


@pytest.mark.parametrize("kind", list(FORWARD_ORIGINS))
def test_forwarded_messages_tell_their_origin(raw: Raw, kind: str) -> None:
    """Of each type that there is, as both libraries read it."""
    raw.simulator.send_text(42, "Look", forward_origin=FORWARD_ORIGINS[kind])
    update = last(raw)
    assert update["message"]["forward_origin"]["type"] == kind
    AiogramUpdate.model_validate(update)
    read = Update.de_json(update, None).message
    assert read is not None
    assert read.forward_origin is not None


def test_replies_of_every_sort(raw: Raw) -> None:
    """To any message, with a part of it quoted, or to a message of another chat."""
    answer = raw.result("sendMessage", chat_id=42, text="We open at nine.")["message_id"]
    raw.simulator.send_text(42, "On Sundays, too?", reply_to=answer, quote="open at nine")
    message = last(raw)["message"]
    assert message["reply_to_message"]["message_id"] == answer
    assert message["quote"] == {"text": "open at nine", "position": 3, "is_manual": True}
    raw.simulator.send_photo(42, b"x", external_reply=EXTERNAL_REPLY)
    assert last(raw)["message"]["external_reply"]["origin"]["type"] == "channel"
    with pytest.raises(ValueError, match="does not say"):
        raw.simulator.send_text(42, "x", reply_to=answer, quote="ten")
    with pytest.raises(UnknownUserError):
        raw.simulator.send_text(42, "x", reply_to=99)


def test_users_send_albums(raw: Raw) -> None:
    """So many messages with one id; one part is no album."""
    part = {"kind": "photo", "data": b"x"}
    ids = raw.simulator.send_album(42, [{**part, "caption": "first"}, part, {"kind": "video", "data": b"y"}])
    updates = raw.result("getUpdates")
    assert [update["message"]["message_id"] for update in updates] == ids
    assert len({update["message"]["media_group_id"] for update in updates}) == 1
    assert updates[0]["message"]["caption"] == "first"
    with pytest.raises(ValueError, match="2 to 10"):
        raw.simulator.send_album(42, [part])


def test_telegram_finds_entities(raw: Raw) -> None:
    """Commands, links, addresses, mentions and tags, in UTF-16 units; what is given is all there is."""
    text = "\N{WAVING HAND SIGN} /start https://example.com/a?b=#c. me@example.com @anna_p #tea 1/2"
    raw.simulator.send_text(42, text)
    units = text.encode("utf-16-le")
    found = {
        entity["type"]: units[2 * entity["offset"] :][: 2 * entity["length"]].decode("utf-16-le")
        for entity in last(raw)["message"]["entities"]
    }
    assert found == {
        "bot_command": "/start",
        "url": "https://example.com/a?b=#c",
        "email": "me@example.com",
        "mention": "@anna_p",
        "hashtag": "#tea",
    }
    raw.simulator.send_text(42, "/start", entities=[{"type": "bold", "offset": 0, "length": 6}])
    assert [entity["type"] for entity in last(raw)["message"]["entities"]] == ["bold"]


def test_users_edit(raw: Raw) -> None:
    """Texts and captions, with their entities, each time as an `edited_message`."""
    text = raw.simulator.send_text(42, "/start")
    raw.simulator.edit_text(42, text, "no command")
    assert "entities" not in last(raw)["edited_message"]
    photo = raw.simulator.send_photo(42, b"x", "old")
    raw.simulator.edit_caption(42, photo, "new #tag")
    edited = last(raw)["edited_message"]
    assert (edited["caption"], edited["caption_entities"][0]["type"]) == ("new #tag", "hashtag")
    raw.simulator.edit_caption(42, photo, "")
    assert not {"caption", "caption_entities"} & set(last(raw)["edited_message"])
    answer = raw.result("sendMessage", chat_id=42, text="x")["message_id"]
    with pytest.raises(UnknownUserError):
        raw.simulator.edit_text(42, answer, "not mine")


def test_live_locations_move(raw: Raw) -> None:
    """And stop; others stay where they are."""
    place = raw.simulator.send_location(42, 1, 2, live_period=900)
    raw.simulator.move_location(42, place, 1.5, 2.5)
    assert last(raw)["edited_message"]["location"] == {"latitude": 1.5, "longitude": 2.5, "live_period": 900}
    raw.simulator.move_location(42, place, 3, 4, stop=True)
    assert last(raw)["edited_message"]["location"] == {"latitude": 3, "longitude": 4}
    with pytest.raises(ValueError, match="no live location"):
        raw.simulator.move_location(42, place, 5, 6)


def test_reactions_are_told_to_who_asked(raw: Raw) -> None:
    """With what was there before; a bot that did not ask hears nothing."""
    answer = raw.result("sendMessage", chat_id=42, text="On its way!")["message_id"]
    raw.simulator.react(42, answer, "\N{THUMBS UP SIGN}")
    assert raw.result("getUpdates") == []
    asked_for_all(raw)
    raw.simulator.react(42, answer, "\N{HEAVY BLACK HEART}\ufe0f", "\N{FIRE}")
    change = last(raw)["message_reaction"]
    assert [reaction["emoji"] for reaction in change["old_reaction"]] == ["\N{THUMBS UP SIGN}"]
    assert [reaction["emoji"] for reaction in change["new_reaction"]] == ["\N{HEAVY BLACK HEART}", "\N{FIRE}"]
    raw.simulator.react(42, answer, "\N{HEAVY BLACK HEART}", "\N{FIRE}")
    raw.simulator.react(42, answer)
    assert last(raw)["message_reaction"]["new_reaction"] == []
    assert raw.simulator.pending_updates() == 1  # `offset=-1` confirmed the one before


def test_buttons_are_pressed_and_answered(raw: Raw) -> None:
    """By their words or data; the answer is on the phone, and there is one."""
    buttons = [{"text": "Yes", "callback_data": "y"}, {"text": "Shop", "url": "https://example.com"}]
    sent = raw.result("sendMessage", chat_id=42, text="?", reply_markup={"inline_keyboard": [buttons]})
    query_id = raw.simulator.press(42, sent["message_id"], "Yes")
    query = last(raw)["callback_query"]
    assert (query["id"], query["data"], query["message"]["text"]) == (query_id, "y", "?")
    assert raw.simulator.notice(42) is None
    assert raw.result("answerCallbackQuery", callback_query_id=query_id, text="Thanks", show_alert=True) is True
    notice = raw.simulator.notice(42)
    assert notice is not None
    assert (notice.text, notice.alert) == ("Thanks", True)
    again = raw.refusal("answerCallbackQuery", callback_query_id=query_id)
    assert again[1].startswith("Bad Request: query is too old")
    for button in ("Shop", "No"):
        with pytest.raises(ValueError, match="no button"):
            raw.simulator.press(42, sent["message_id"], button)


def test_what_the_user_deletes_is_gone(raw: Raw) -> None:
    """Nobody is told; the bot finds out when it answers."""
    message_id = raw.simulator.send_text(42, "oops")
    raw.result("getUpdates", offset=-1)
    raw.simulator.delete(42, message_id)
    assert raw.simulator.messages(42) == []
    assert raw.refusal("sendMessage", chat_id=42, text="x", reply_to_message_id=message_id)[1].endswith("not found")
    with pytest.raises(UnknownUserError):
        raw.simulator.react(42, message_id, "x")


def test_everything_over_http(raw: Raw) -> None:
    """The same for programs in other languages, and for the page."""
    data = base64.b64encode(b"x").decode()
    path = "/simulator/files?kind=video&fileName=a.mp4&width=64&height=36"
    status, kept = raw.request("POST", path, b"mp4", {"Content-Type": "application/octet-stream"})
    assert status == 201
    file_id = json.loads(kept)["fileId"]
    messages: list[dict[str, Any]] = [
        {"kind": "video", "fileId": file_id, "caption": "film"},
        {"kind": "location", "latitude": 1, "longitude": 2, "livePeriod": 60},
        {"kind": "venue", "latitude": 1, "longitude": 2, "title": "Shop", "address": "Road 1"},
        {"kind": "contact", "phoneNumber": "+15550100", "firstName": "Bob"},
        {"kind": "sample", "name": "voice", "caption": "listen"},
        {"kind": "text", "text": "it says so", "replyTo": 1, "quote": "film"},
        {"kind": "text", "text": "look", "forwardOrigin": FORWARD_ORIGINS["hidden_user"]},
    ]
    for body in messages:
        assert raw.control("POST", "users/42/messages", body)[0] == 201, body
    album = {"kind": "album", "items": [{"kind": "photo", "data": data}, {"kind": "video", "fileId": file_id}]}
    assert raw.control("POST", "users/42/messages", album) == (201, {"messageIds": [8, 9]})
    asked_for_all(raw)
    assert raw.control("PATCH", "users/42/messages/1", {"caption": "a film"})[0] == 200
    assert raw.control("PATCH", "users/42/messages/2", {"latitude": 3, "longitude": 4, "stop": True})[0] == 200
    assert raw.control("PUT", "users/42/messages/1/reactions", {"emoji": ["\N{FIRE}"]})[0] == 200
    button = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = raw.result("sendMessage", chat_id=42, text="?", reply_markup=button)["message_id"]
    pressed = raw.control("POST", f"users/42/messages/{sent}/press", {"button": "y"})[1]
    raw.result("answerCallbackQuery", callback_query_id=pressed["callbackQueryId"], text="Thanks")
    assert raw.control("DELETE", f"users/42/messages/{sent}") == (200, {})
    view = raw.control("GET", "phone?user=42")[1]
    assert view["notice"]["text"] == "Thanks"
    assert view["messages"][0]["userReactions"] == ["\N{FIRE}"]
    assert [message["kind"] for message in view["messages"]] == [
        "video",
        "location",
        "venue",
        "contact",
        "voice",
        "text",
        "text",
        "photo",
        "video",
    ]
    assert "voice" in raw.control("GET", "samples")[1]


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("files?kind=photo", "application/json", 415),
        ("files?kind=photo", "text/plain", 415),
        ("files?kind=telepathy", "application/octet-stream", 400),
        ("files?kind=photo&width=x", "application/octet-stream", 400),
        ("users/42/messages", "application/octet-stream", 415),
    ],
)
def test_uploads_are_declared(raw: Raw, path: str, content_type: str, status: int) -> None:
    """As bytes, which no page of another site can send unasked, and of a kind that there is."""
    assert raw.request("POST", f"/simulator/{path}", b"x", {"Content-Type": content_type})[0] == status
    assert raw.simulator.state.files == {}
