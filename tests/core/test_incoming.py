"""Messages and answers as callers hand them in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from opchat_core.errors import FieldError, InvalidInput
from opchat_core.model import Answer, Direction, IncomingMessage, Media, MessageType, Part


def errors_of(data: dict[str, Any], kind: type[IncomingMessage | Answer] = IncomingMessage) -> dict[str, str]:
    """The fields that a JSON object is refused for, with the rules."""
    with pytest.raises(InvalidInput) as caught:
        kind.from_json(data)
    return {error.field: error.message for error in caught.value.errors}


def test_a_message_needs_a_user_and_a_text() -> None:
    """The smallest message, and what it is by default."""
    message = IncomingMessage.from_json({"userId": "42", "messageText": "hi"})
    assert message == IncomingMessage(user_id=42, text="hi")
    assert message.message_type is MessageType.TEXT
    assert message.direction is Direction.IN
    assert message.bot_type == "operator"
    assert message.created_at is None
    assert message.edited is False


def test_every_field_is_read_from_its_json_key() -> None:
    """The keys are those of the contract."""
    message = IncomingMessage.from_json(
        {
            "userId": 42,
            "messageText": "look",
            "messageType": "photo",
            "botType": "shop",
            "direction": "out",
            "telegramMessageId": 7,
            "firstName": "Anna",
            "lastName": "",
            "username": "anna",
            "languageCode": "ru",
            "createdAt": 0,
            "media": {"fileId": "f", "fileUniqueId": "u", "width": 3, "thumbnailFileId": "t"},
            "replyToTelegramMessageId": 6,
            "mediaGroupId": "g",
            "entities": [{"type": "bold", "offset": 0, "length": 4}],
            "payload": {"a": 1},
            "edited": True,
            "somethingNew": "ignored",
        }
    )
    assert message == IncomingMessage(
        user_id=42,
        text="look",
        message_type=MessageType.PHOTO,
        bot_type="shop",
        direction=Direction.OUT,
        telegram_message_id=7,
        first_name="Anna",
        last_name="",
        username="anna",
        language_code="ru",
        created_at=datetime(1970, 1, 1, tzinfo=UTC),
        media=Media(file_id="f", file_unique_id="u", width=3, thumbnail_file_id="t"),
        reply_to_telegram_message_id=6,
        media_group_id="g",
        entities=({"type": "bold", "offset": 0, "length": 4},),
        payload={"a": 1},
        edited=True,
    )


def test_null_means_not_given() -> None:
    """A caller may say null for every key that is optional."""
    keys = ("messageType", "botType", "direction", "telegramMessageId", "firstName", "createdAt", "media", "entities")
    data = {"userId": 1, "messageText": "x"} | dict.fromkeys(keys)
    assert IncomingMessage.from_json(data) == IncomingMessage(user_id=1, text="x")


def test_all_broken_fields_are_told_at_once_under_their_json_keys() -> None:
    """Whoever debugs a caller sees everything that is wrong in one go."""
    found = errors_of(
        {
            "userId": 0,
            "messageText": 5,
            "messageType": "smell",
            "botType": "No",
            "direction": "up",
            "telegramMessageId": 0,
            "firstName": "\x00",
            "createdAt": "noon",
            "media": {"fileId": "", "width": -1},
            "entities": {},
            "payload": [],
            "edited": "yes",
        }
    )
    assert list(found) == [
        "userId",
        "messageText",
        "messageType",
        "botType",
        "direction",
        "telegramMessageId",
        "firstName",
        "createdAt",
        "media.fileId",
        "media.width",
        "entities",
        "payload",
        "edited",
    ]
    assert found["telegramMessageId"] == "must be an integer from 1 to 4503599627370496"


def test_what_is_required_is_missed_by_name() -> None:
    """A missing key is told apart from a wrong value."""
    assert errors_of({}) == {"userId": "is required"}
    assert errors_of({"userId": None, "messageText": "x"})["userId"].startswith("must be an integer")
    assert errors_of({"userId": 1, "media": {}, "messageType": "photo"}) == {"media.fileId": "is required"}


@pytest.mark.parametrize("text", ["", " ", "\n\t", None])
def test_a_text_message_says_something(text: str | None) -> None:
    """Blank text is refused under the key that the caller wrote."""
    assert errors_of({"userId": 1, "messageText": text}) == {"messageText": "must not be blank in a text message"}


def test_other_kinds_may_say_nothing() -> None:
    """A sticker has no caption."""
    assert IncomingMessage.from_json({"userId": 1, "messageType": "sticker"}).text == ""


def test_an_edit_says_of_what() -> None:
    """Without Telegram's number nobody could tell which message was edited."""
    found = errors_of({"userId": 1, "messageText": "x", "edited": True})
    assert found == {"telegramMessageId": "is required to say which message was edited"}


def test_python_callers_hear_of_python_names() -> None:
    """The library's own names stand in errors of its own constructor."""
    with pytest.raises(InvalidInput) as caught:
        IncomingMessage(user_id=-1, text="x")
    assert caught.value.errors == (FieldError("user_id", "must be an integer from 1 to 4503599627370496"),)
    assert isinstance(caught.value, ValueError)


def test_an_answer_goes_out_in_parts() -> None:
    """A long answer is split, up to ten messages of 4096 units."""
    assert Answer(text="hi").parts == (Part("hi"),)
    assert [len(part.text) for part in Answer(text="x" * 5000).parts] == [4096, 904]
    assert len(Answer(text="x" * 40960).parts) == 10


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "messageText"),
        ({"messageText": " \n"}, "messageText"),
        ({"messageText": "x" * 40961}, "messageText"),
        ({"messageText": "a" + " " * 9000 + "b"}, "messageText"),
        ({"messageText": "x", "clientMessageId": ""}, "clientMessageId"),
        ({"messageText": "x", "clientMessageId": "k" * 257}, "clientMessageId"),
        ({"messageText": "x", "replyTo": 0}, "replyTo"),
        ({"messageText": "x", "lastSeenSeq": -1}, "lastSeenSeq"),
    ],
)
def test_answers_that_cannot_go_out(data: dict[str, Any], field: str) -> None:
    """Each broken rule is told under its JSON key."""
    assert list(errors_of(data, Answer)) == [field]


def test_a_text_that_would_go_out_in_more_than_ten_messages() -> None:
    """Breaking after words makes more parts than the length alone tells; the limit is on messages."""
    words = ("x" * 2100 + " ") * 19
    assert len(words) <= 40960
    assert errors_of({"messageText": words}, Answer) == {"messageText": "must fit into 10 messages"}


def test_white_space_at_the_end_of_a_full_message_is_no_obstacle() -> None:
    """A pasted text of just over one message that ends with line breaks goes out, exactly as it was typed."""
    answer = Answer(text="x" * 4096 + "\n\n")
    assert "".join(part.text for part in answer.parts) == answer.text
    assert all(part.text.strip() for part in answer.parts)
