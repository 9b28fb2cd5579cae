"""What there is to a message besides its words: every kind that has a name, and what Telegram tells around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bot.updates import ANNA, DATE, file, message, update

from opchat_bot.convert import ApiCall, read_update
from opchat_core.model import BUTTON_PREFIX, IncomingMessage, Reaction, utf16_length

Json = dict[str, Any]

STICKERS: dict[str, Json] = {
    "a still": {"is_animated": False, "is_video": False},
    "an animated": {"is_animated": True},
    "a video": {"is_video": True},
}
ORIGINS: tuple[Json, ...] = (
    {"type": "user", "date": 1, "sender_user": {"id": 7, "is_bot": False, "first_name": "Bob"}},
    {"type": "hidden_user", "date": 1, "sender_user_name": "Bob"},
    {"type": "chat", "date": 1, "sender_chat": {"id": -7, "type": "group", "title": "All"}, "author_signature": "B"},
    {"type": "channel", "date": 1, "chat": {"id": -8, "type": "channel", "title": "News"}, "message_id": 3},
)


def call_of(raw: object, **options: Any) -> ApiCall:
    call = read_update(raw, **options).call
    assert call is not None
    return call


def body_of(raw: object) -> Json:
    call = call_of(raw)
    assert call.path == "/api/chat-message"
    IncomingMessage.from_json(call.body)
    return dict(call.body)


@pytest.mark.parametrize("looks", STICKERS.values(), ids=STICKERS)
def test_a_sticker_says_how_it_moves_and_what_it_means(looks: Json) -> None:
    """A page draws each of the three in its own way, and says the emoji where it cannot."""
    sticker = file("s", width=512, height=512, emoji="\N{WAVING HAND SIGN}", set_name="Hands", type="regular", **looks)
    body = body_of(update(sticker={**sticker, "thumbnail": file("t", width=128, height=128)}))
    told = {"emoji": "\N{WAVING HAND SIGN}", "set_name": "Hands", "type": "regular"}
    assert body["payload"] == {**told, **{key: True for key, value in looks.items() if value}}
    assert (body["media"]["fileId"], body["media"]["thumbnailFileId"]) == ("s-id", "t-id")


def test_a_song_keeps_its_title() -> None:
    """What Telegram tells of a file beyond its measures is kept beside it, and what it adds tomorrow, too."""
    song = file("a", duration=180, performer="Anna", title="Song", mood="bright")
    assert body_of(update(audio=song))["payload"] == {"performer": "Anna", "title": "Song", "mood": "bright"}


@pytest.mark.parametrize("content", [{"id": 5, "chat": {"id": -1, "type": "channel", "title": "News"}}])
def test_a_story_is_named_by_its_place(content: Json) -> None:
    """A bot cannot see it, but an operator knows that there is one."""
    body = body_of(update(story=content))
    assert (body["messageType"], body["payload"]) == ("story", content)


def test_a_game_has_words_and_a_picture() -> None:
    """Its text is the text of the message, with its entities; its picture is the file."""
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    game = {
        "title": "Chess",
        "description": "For two",
        "text": "Play",
        "text_entities": bold,
        "photo": [file("p", width=320, height=180)],
    }
    body = body_of(update(game=game))
    assert (body["messageType"], body["messageText"], body["entities"]) == ("game", "Play", bold)
    assert (body["media"]["fileId"], body["payload"]["title"]) == ("p-id", "Chess")


def test_an_invoice_and_its_payment_are_told_in_telegrams_words() -> None:
    """Sums are of the smallest unit of a currency, as Telegram has them."""
    invoice = {"title": "Tea", "description": "Green", "start_parameter": "", "currency": "EUR", "total_amount": 450}
    body = body_of(update(invoice=invoice))
    assert (body["messageType"], body["payload"]) == ("invoice", invoice)
    for kind, refunded in (("successful_payment", False), ("refunded_payment", True)):
        notice: Json = {kind: {"currency": "EUR", "total_amount": 450, "invoice_payload": "tea"}}
        body = body_of(update(**notice))
        assert (body["messageType"], body["payload"]["refunded"]) == ("payment", refunded)
        assert body["payload"]["total_amount"] == 450


@pytest.mark.parametrize("origin", ORIGINS, ids=[origin["type"] for origin in ORIGINS])
def test_a_forwarded_message_keeps_its_origin(origin: Json) -> None:
    """Once, in today's words: Telegram also tells it in those of before 2024."""
    body = body_of(update(text="Look", forward_origin=origin, forward_date=1, forward_sender_name="Bob"))
    assert (body["messageType"], body["context"]) == ("text", {"forward_origin": origin})


def test_an_answer_says_what_it_answers_and_which_part() -> None:
    """The quote is kept; of the message there is enough to recognise it where it is not stored."""
    said = message(3, sender={**ANNA, "is_bot": True}, text="x" * 2000, reply_markup={"inline_keyboard": []})
    quote = {"text": "x", "position": 5, "is_manual": True}
    body = body_of(update(9, text="This", reply_to_message=said, quote=quote))
    assert (body["replyToTelegramMessageId"], body["context"]["quote"]) == (3, quote)
    assert body["context"]["reply_to_message"] == {
        "message_id": 3,
        "date": DATE,
        "from": {"id": 42, "is_bot": True, "first_name": "Anna"},
        "kind": "text",
        "text": "x" * 1024,
    }


def test_whatever_else_is_told_around_a_known_kind_is_kept() -> None:
    """Answers to other chats, inline bots, spoilers, and what Telegram adds tomorrow."""
    around: Json = {
        "external_reply": {"origin": ORIGINS[1], "photo": [file("p", width=1, height=1)]},
        "via_bot": {"id": 9, "is_bot": True, "first_name": "Gifs"},
        "has_media_spoiler": True,
        "weather": {"sky": "clear"},
    }
    assert body_of(update(video=file("v"), delete_chat_photo=False, **around))["context"] == around


def test_an_album_is_as_many_messages_that_know_each_other() -> None:
    """Each part has a number and a file of its own, and one id in common."""
    parts = [body_of(update(n, photo=[file(f"p{n}", width=1, height=1)], media_group_id="a")) for n in (1, 2, 3)]
    assert [part["media"]["fileId"] for part in parts] == ["p1-id", "p2-id", "p3-id"]
    assert {part["mediaGroupId"] for part in parts} == {"a"}
    assert len({part["telegramMessageId"] for part in parts}) == 3


# Buttons


def pressed(data: str = "opchat:1", **changes: Any) -> Json:
    """The update of a button that was pressed under a message of the bot's."""
    rows = [[{"text": "No", "callback_data": "opchat:0"}], [{"text": "Yes", "callback_data": "opchat:1"}]]
    bot = {"id": 1, "is_bot": True, "first_name": "Shop"}
    said = {**message(5, text="Sure?"), "from": bot, "reply_markup": {"inline_keyboard": rows}}
    query = {"id": "77", "from": ANNA, "message": said, "chat_instance": "1", "data": data, **changes}
    return {"update_id": 1000, "callback_query": query}


def test_a_pressed_button_arrives_as_what_stood_on_it() -> None:
    """Under the message that it stood under, and known by its update, for a press has no number of its own."""
    body = body_of(pressed())
    assert (body["messageType"], body["messageText"], body["payload"]) == ("button", "Yes", {"data": "opchat:1"})
    assert (body["replyToTelegramMessageId"], body["updateId"], body["firstName"]) == (5, 1000, "Anna")
    assert body["context"]["reply_to_message"]["text"] == "Sure?"
    assert "telegramMessageId" not in body


def test_a_button_of_a_message_that_is_too_old_to_be_seen_is_told_by_its_data() -> None:
    """Telegram then only tells which message it was."""
    body = body_of(pressed(message={"chat": message()["chat"], "message_id": 5, "date": 0}))
    assert (body["messageText"], body["replyToTelegramMessageId"]) == ("opchat:1", 5)


def test_a_hosts_own_buttons_are_its_own_and_opchats_are_opchats() -> None:
    """They are told apart by what is behind them."""
    foreign = frozenset({"callback_query"})
    assert read_update(pressed("buy:7"), foreign_kinds=foreign).call is None
    assert call_of(pressed(f"{BUTTON_PREFIX}1"), foreign_kinds=foreign).body["messageText"] == "Yes"
    assert body_of(pressed("buy:7"))["messageText"] == "buy:7"


def test_a_button_in_a_group_is_none_of_our_business() -> None:
    """As little as what is said there."""
    reading = read_update(pressed(message={**message(5), "chat": {"id": -7, "type": "group", "title": "All"}}))
    assert (reading.call, reading.lost) == (None, False)


# Reactions


def reacted(*reactions: Json, **changes: Any) -> Json:
    """The update of a reaction to message 5."""
    chat = {"id": 42, "type": "private", "first_name": "Anna"}
    change = {"chat": chat, "message_id": 5, "user": ANNA, "date": DATE, "old_reaction": [], **changes}
    return {"update_id": 1000, "message_reaction": {**change, "new_reaction": list(reactions)}}


THUMB = {"type": "emoji", "emoji": "\N{THUMBS UP SIGN}"}


def test_a_reaction_is_told_of_its_message() -> None:
    """With all that the user reacts with now, and when."""
    call = call_of(reacted(THUMB, {"type": "custom_emoji", "custom_emoji_id": "9"}))
    assert call.path == "/api/chat-reaction"
    reaction = Reaction.from_json(call.body)
    assert (reaction.user_id, reaction.telegram_message_id) == (42, 5)
    assert reaction.reactions == (THUMB, {"type": "custom_emoji", "custom_emoji_id": "9"})
    assert reaction.reacted_at is not None
    assert reaction.reacted_at.timestamp() == DATE


def test_a_reaction_to_what_nobody_has_is_a_message_and_its_end_is_nothing() -> None:
    """The bot's greeting is not stored: that somebody likes it is still said, that they no longer do is not."""
    made, ended = call_of(reacted(THUMB)), call_of(reacted())
    assert made.instead is not None
    assert made.instead()["payload"] == reacted(THUMB)
    assert ended.instead is None


@pytest.mark.parametrize("change", [{"message_id": 0}, {"date": "never"}, {"user": None}])
def test_a_reaction_that_makes_no_sense_is_kept_raw(change: Json) -> None:
    """As everything that makes none."""
    raw = reacted(THUMB, **change)
    assert (body_of(raw)["messageType"], body_of(raw)["payload"]) == ("unsupported", raw)


# Any text, any entities


@st.composite
def formatted(draw: st.DrawFn) -> tuple[str, list[Json]]:
    """A text with entities that lie inside of it, in UTF-16 units, as Telegram sends them."""
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    text = draw(st.text(characters, min_size=1, max_size=60).filter(lambda text: bool(text.strip())))
    length = utf16_length(text)
    spans = draw(st.lists(st.tuples(st.integers(0, length - 1), st.integers(1, length)), max_size=5))
    kinds = st.sampled_from(["bold", "italic", "spoiler", "text_link", "custom_emoji", "date_time"])
    return text, [
        {"type": draw(kinds), "offset": at, "length": min(size, length - at), "url": "https://example.org/"}
        for at, size in spans
    ]


@given(formatted(), st.booleans())
def test_entities_come_through_as_they_are(words: tuple[str, list[Json]], caption: bool) -> None:
    """Text and caption are told to the letter, and each entity still covers what it covered."""
    text, entities = words
    captioned: Json = {"caption": text, "caption_entities": entities, "document": file("d")}
    raw = update(**(captioned if caption else {"text": text, "entities": entities}))
    stored = IncomingMessage.from_json(json.loads(json.dumps(body_of(raw))))
    units = stored.text.encode("utf-16-le")
    assert (stored.text, list(stored.entities)) == (text, entities)
    for told, kept in zip(entities, stored.entities, strict=True):
        start, end = 2 * kept["offset"], 2 * (kept["offset"] + kept["length"])
        assert units[start:end] == text.encode("utf-16-le")[2 * told["offset"] :][: 2 * told["length"]]
