"""What an update of Telegram becomes for the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bot.updates import ANNA, DATE, file, member, message, update

from opchat_bot.convert import OWN_KINDS, read_update
from opchat_bot.intake import parse
from opchat_core.model import IncomingMessage

Json = dict[str, Any]


def body_of(raw: object) -> Json:
    call = read_update(raw).call
    assert call is not None
    assert call.path == "/api/chat-message"
    return dict(call.body)


def test_a_text_message_brings_its_author_its_time_and_its_number() -> None:
    """Anna writes, and the API is told who, what, when, and Telegram's number of it."""
    assert body_of(update(7, text="Where is my order?")) == {
        "userId": 42,
        "botType": "operator",
        "telegramMessageId": 7,
        "updateId": 1000,
        "firstName": "Anna",
        "lastName": "",
        "username": "anna",
        "languageCode": "ru",
        "createdAt": DATE,
        "messageType": "text",
        "messageText": "Where is my order?",
    }


MEDIA: dict[str, Any] = {
    "video": file(
        "v",
        width=640,
        height=360,
        duration=9,
        mime_type="video/mp4",
        file_size=5,
        thumbnail=file("t", width=9, height=5),
    ),
    "document": file("d", file_name="bill.pdf", mime_type="application/pdf"),
    "voice": file("o", duration=3),
    "audio": file("a", duration=180, title="Song"),
    "video_note": file("n", length=240, duration=4),
    "sticker": file("s", width=512, height=512, emoji="\N{WAVING HAND SIGN}", type="regular"),
}


@pytest.mark.parametrize("kind", MEDIA)
def test_each_kind_of_file_keeps_its_ids_and_its_caption(kind: str) -> None:
    """A file is told by its ids, never by an address, and brings its caption and the entities over it."""
    entities = [{"type": "bold", "offset": 0, "length": 4}]
    body = body_of(update(1, caption="Look", caption_entities=entities, **{kind: MEDIA[kind]}))
    assert body["messageType"] == kind
    assert body["media"]["fileId"] == MEDIA[kind]["file_id"]
    assert body["media"]["fileUniqueId"] == MEDIA[kind]["file_unique_id"]
    assert (body["messageText"], body["entities"]) == ("Look", entities)


def test_every_measure_of_a_file_is_told() -> None:
    """Name, type, size, width, height, duration and thumbnail go along."""
    assert body_of(update(video=MEDIA["video"]))["media"] == {
        "fileId": "v-id",
        "fileUniqueId": "v-unique",
        "mimeType": "video/mp4",
        "fileSize": 5,
        "width": 640,
        "height": 360,
        "duration": 9,
        "thumbnailFileId": "t-id",
    }


def test_a_photo_is_told_by_its_largest_size() -> None:
    """Telegram sends several sizes; the largest is kept, and the smallest that is good enough stands for it."""
    sizes = [file("s", width=90, height=60), file("l", width=1280, height=853), file("m", width=320, height=213)]
    media = body_of(update(photo=sizes, media_group_id="album"))["media"]
    assert (media["fileId"], media["thumbnailFileId"], media["width"]) == ("l-id", "m-id", 1280)


def test_an_animation_is_no_document_and_a_venue_no_mere_location() -> None:
    """Telegram repeats both under an older name; the better name wins."""
    gif = file("g", width=10, height=10, duration=1)
    assert body_of(update(animation=gif, document=gif))["messageType"] == "animation"
    place = {"latitude": 1.5, "longitude": 2.5}
    venue = {"location": place, "title": "Shop", "address": "High Street"}
    assert body_of(update(venue=venue, location=place))["messageType"] == "venue"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("location", {"latitude": 55.75, "longitude": 37.61}),
        ("contact", {"phone_number": "+100", "first_name": "Bob"}),
        ("poll", {"id": "1", "question": "Which?", "options": []}),
        ("dice", {"emoji": "\N{GAME DIE}", "value": 6}),
    ],
)
def test_kinds_without_a_file_keep_the_object_of_telegram(kind: str, content: Any) -> None:
    """Coordinates, card, poll and die are kept as they are."""
    body = body_of(update(1, **{kind: content}))
    assert (body["messageType"], body["payload"]) == (kind, content)


def test_a_message_knows_what_it_answers_and_which_album_it_is_of() -> None:
    """Replies and albums stay what they are."""
    body = body_of(update(9, text="This one", reply_to_message=message(3), media_group_id="album"))
    assert (body["replyToTelegramMessageId"], body["mediaGroupId"]) == (3, "album")


def test_an_edit_is_a_new_version_at_the_time_of_the_edit() -> None:
    """The same number, marked as edited."""
    body = body_of({"update_id": 1, "edited_message": message(7, text="Now right", edit_date=DATE + 60)})
    assert (body["telegramMessageId"], body["edited"], body["createdAt"]) == (7, True, DATE + 60)


@pytest.mark.parametrize("content", [{"pinned_message": message(1)}, {"gift": {"id": 1}}, {"paid_media": {}}])
def test_what_has_no_name_here_is_kept_with_its_raw_update(content: Json) -> None:
    """Service messages and novelties lose nothing."""
    raw = update(**content)
    body = body_of(raw)
    assert (body["messageType"], body["payload"], body["telegramMessageId"]) == ("unsupported", raw, 1)


def test_what_cannot_be_parsed_is_kept_raw_with_the_words_that_can_be_seen() -> None:
    """An operator reads the text even where its entities are nowhere in it."""
    for broken in ({"type": "bold"}, {"type": "bold", "offset": 5, "length": 7}, {"offset": 0, "length": 1}):
        raw = update(text="Please help", entities=[broken])
        body = body_of(raw)
        assert (body["messageType"], body["payload"], body["messageText"]) == ("unsupported", raw, "Please help")


def test_what_only_the_library_cannot_read_has_its_name() -> None:
    """A server of the Bot API that is older than python-telegram-bot leaves out what that insists on."""
    poll = {"id": "1", "question": "Which?", "options": []}
    raw = update(poll=poll)
    assert parse(raw, None) is None
    assert (body_of(raw)["messageType"], body_of(raw)["payload"]) == ("poll", poll)


def test_an_unknown_kind_of_update_is_kept_for_the_person_in_it() -> None:
    """What Telegram invents tomorrow still reaches the chat of whoever sent it."""
    raw = {"update_id": 5, "message_from_mars": {"from": ANNA, "message_id": 7, "shout": "hello"}}
    assert body_of(raw) == {
        "userId": 42,
        "botType": "operator",
        "messageType": "unsupported",
        "payload": raw,
        "updateId": 5,
    }


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_groups_are_none_of_our_business(kind: str) -> None:
    """Only private chats are operator chats."""
    for raw in (
        {"update_id": 1, "message": {**message(), "chat": {"id": -7, "type": kind, "title": "All"}}},
        member("kicked", kind=kind),
    ):
        reading = read_update(raw)
        assert reading.call is None
        assert not reading.lost


@pytest.mark.parametrize(("status", "blocked"), [("kicked", True), ("member", False)])
def test_a_block_and_its_end_are_told(status: str, blocked: bool) -> None:
    """Telegram says `kicked` when a user blocks the bot."""
    call = read_update(member(status)).call
    assert call is not None
    assert (call.path, call.instead) == ("/api/chat-member", None)
    assert call.body == {"userId": 42, "botType": "operator", "blockedByUser": blocked}


def test_number_zero_is_no_identity() -> None:
    """Two scheduled messages with number 0 are two messages."""
    assert "telegramMessageId" not in body_of(update(0))


def test_an_edit_of_number_zero_is_kept_as_a_message_of_its_own() -> None:
    """Nobody can say which message it changes, and still it is not lost."""
    body = body_of({"update_id": 1, "edited_message": message(0, text="Hm")})
    assert (body["messageType"], body["messageText"]) == ("unsupported", "Hm")
    assert "edited" not in body


def test_a_very_long_file_name_is_cut_and_the_file_stays_a_file() -> None:
    """A name over 255 units is no reason to lose the document, and no character is cut in half."""
    body = body_of(update(document=file("d", file_name="x" + "\N{GRINNING FACE}" * 200)))
    assert body["messageType"] == "document"
    assert body["media"]["fileName"] == "x" + "\N{GRINNING FACE}" * 127


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_nothing_can_hold_is_kept_in_escapes(text: str) -> None:
    """NUL and lone surrogates go where they do no harm."""
    body = body_of(update(text=text))
    assert body["messageType"] == "unsupported"
    assert json.loads(body["payload"]["rawJson"])["message"]["text"] == text


def test_an_update_of_nobody_is_said_to_be_lost() -> None:
    """Without anybody's id there is no chat to keep it in."""
    for raw in ({"update_id": 5}, {"update_id": 5, "poll": {"id": "1"}}, "nonsense", None, [1]):
        reading = read_update(raw)
        assert reading.lost
        assert reading.call is None


def test_kinds_that_the_host_asked_for_are_left_to_it() -> None:
    """A poll of the host's own is no message to an operator; without a host it is kept."""
    raw = {"update_id": 5, "poll_answer": {"poll_id": "1", "user": ANNA, "option_ids": [0]}}
    assert read_update(raw, foreign_kinds=frozenset({"poll_answer"})).call is None
    assert body_of(raw)["messageType"] == "unsupported"


def test_reading_leaves_the_update_alone() -> None:
    """Neither the conversion nor python-telegram-bot changes the JSON that is kept."""
    raw = update(photo=[file("s", width=1, height=1)], caption="x")
    before = json.dumps(raw)
    parse(raw, None)
    read_update(raw)
    assert json.dumps(raw) == before


def test_a_parsed_update_written_back_means_the_same() -> None:
    """What the handler of an existing Application sees says the same as Telegram's JSON."""
    for content in ({"text": "Hi"}, {"video": MEDIA["video"]}, {"dice": {"emoji": "\N{GAME DIE}", "value": 2}}):
        raw = update(**content)
        parsed = parse(raw, None)
        assert parsed is not None
        assert body_of(parsed.to_dict()) == body_of(raw)


#: Words that the conversion looks for, so that what Hypothesis makes is often nearly right.
WORDS = st.sampled_from(
    [*OWN_KINDS, "update_id", "from", "chat", "id", "type", "private", "text", "date", "photo", "document", "file_id"]
) | st.sampled_from(["message_id", "caption", "entities", "sticker", "new_chat_member", "status", "first_name"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([1, 42, DATE])
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | WORDS
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6),
    max_leaves=30,
)


def insist_on_sense(raw: object) -> None:
    """Whatever it is, it is stored, somebody else's, or said to be lost."""
    reading = read_update(raw)
    if reading.call is None:
        return
    bodies = [reading.call.body] if reading.call.path == "/api/chat-message" else []
    for body in [*bodies, *([] if reading.call.instead is None else [reading.call.instead()])]:
        IncomingMessage.from_json(body)
        assert len(json.dumps(body, ensure_ascii=False).encode()) <= 256 * 1024
        assert body["userId"] == reading.user_id


@given(ANYTHING)
def test_any_json_is_read_without_an_error_and_makes_sense_to_the_api(raw: object) -> None:
    """Whatever comes, nothing is raised, and what comes out is what the API takes."""
    insist_on_sense(raw)


@given(st.dictionaries(WORDS, ANYTHING, max_size=8), st.sampled_from(["message", "edited_message"]))
def test_a_message_with_anything_in_it_makes_sense_to_the_api(content: Json, kind: str) -> None:
    """The same for messages that are sound but for one or another field."""
    insist_on_sense({"update_id": 1, kind: {**message(), **content}})


def test_huge_and_deep_updates_stay_within_what_the_api_takes() -> None:
    """Size and depth have bounds everywhere."""
    deep: object = ANNA
    for _ in range(200):
        deep = {"inside": deep}
    insist_on_sense({"update_id": 1, "message": {**message(), "novelty": deep, "text": ["no text"]}})
    insist_on_sense(update(text="x", entities=[{"type": "bold", "filler": "я" * 1000}] * 200))
    insist_on_sense(update(novelty="я" * 1_000_000))
