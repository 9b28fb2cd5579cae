"""Files, albums, quotes, buttons and changes on their way to Telegram, and each way in which that can end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.telegram.test_sender import USER, answer, sender_to, server, telegram

from opchat_core.errors import DatabaseUnavailable
from opchat_core.model import (
    ChangeAction,
    Deferred,
    Lost,
    Media,
    MessageType,
    PendingChange,
    Refused,
    Sent,
)
from opchat_core.ports import OutgoingFile, Parcel
from opchat_core.telegram import upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.telegram import TelegramSender
    from opchat_core.testing.simulator import Simulator

__all__ = ["telegram"]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0"


def parcel(
    content: bytes = PNG,
    kind: MessageType = MessageType.PHOTO,
    *,
    known: str | None = None,
    quotes: int | None = None,
    **fields: Any,
) -> Parcel:
    """A message with a file, as a worker takes it."""
    media = Media(file_name='ж "a".png', mime_type="image/png", file_size=len(content))
    message = answer(fields.pop("text", ""), message_type=kind, media=media, **fields)

    def read() -> Iterator[bytes]:
        yield content[:5]
        yield content[5:]

    return Parcel(message, quotes, OutgoingFile(1, known, read))


@pytest.mark.parametrize(
    "kind",
    [
        MessageType.PHOTO,
        MessageType.DOCUMENT,
        MessageType.VIDEO,
        MessageType.ANIMATION,
        MessageType.AUDIO,
        MessageType.VOICE,
    ],
)
def test_a_file_of_each_kind_arrives(simulator: Simulator, telegram: TelegramSender, kind: MessageType) -> None:
    """With its bytes, its name and its caption; and what Telegram calls it comes back."""
    bold = {"type": "bold", "offset": 0, "length": 4}
    (outcome,) = telegram.send([parcel(kind=kind, text="Look", entities=(bold,))])
    assert isinstance(outcome, Sent)
    assert outcome.media is not None
    assert outcome.media.file_id is not None
    (arrived,) = simulator.sent(USER)
    assert arrived.kind == kind
    assert arrived.body["caption"] == "Look"
    assert arrived.body["caption_entities"] == [bold]
    if kind is MessageType.DOCUMENT:
        assert arrived.body["document"]["file_name"] == 'ж "a".png'
    (again,) = telegram.send([parcel(kind=kind, known=outcome.media.file_id)])
    assert isinstance(again, Sent)
    assert again.media is not None
    assert again.media.file_unique_id == outcome.media.file_unique_id


def test_an_album_arrives_as_one(simulator: Simulator, telegram: TelegramSender) -> None:
    """New files and known ones together, in their order."""
    (known,) = telegram.send([parcel()])
    assert isinstance(known, Sent)
    assert known.media is not None
    group = [parcel(PNG + b"1", text="Look"), parcel(known=known.media.file_id), parcel(PNG + b"2")]
    outcomes = telegram.send(group)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    arrived = simulator.sent(USER)[1:]
    assert [m.message_id for m in arrived] == [o.telegram_message_id for o in outcomes if isinstance(o, Sent)]
    assert len({m.body["media_group_id"] for m in arrived}) == 1
    assert arrived[0].body["caption"] == "Look"


def test_an_answer_quotes_and_has_buttons(simulator: Simulator, telegram: TelegramSender) -> None:
    """The part that was chosen, and a keyboard under the message that an edit leaves there."""
    asked = simulator.send_text(USER, "The red one or the blue one?")
    quoted = {"quote": {"text": "the blue one", "position": 15}}
    buttons = ([{"text": "Yes"}, {"text": "Shop", "url": "https://shop.example"}],)
    message = answer("That one?", context=quoted, buttons=buttons)
    (outcome,) = telegram.send([Parcel(message, asked)])
    assert isinstance(outcome, Sent)
    (arrived,) = simulator.sent(USER)
    assert arrived.body["quote"]["text"] == "the blue one"
    assert arrived.body["reply_to_message"]["message_id"] == asked
    keyboard = arrived.body["reply_markup"]["inline_keyboard"]
    assert keyboard == [
        [{"text": "Yes", "callback_data": "opchat:0.0"}, {"text": "Shop", "url": "https://shop.example"}]
    ]
    sent = attrs.evolve(message, telegram_message_id=outcome.telegram_message_id)
    assert isinstance(telegram.change(sent, wish(ChangeAction.EDIT, text="This one?")), Sent)
    assert simulator.sent(USER)[0].body["text"] == "This one?"
    assert simulator.sent(USER)[0].body["reply_markup"]["inline_keyboard"] == keyboard


def wish(action: ChangeAction, **fields: Any) -> PendingChange:
    """What an operator wants."""
    return PendingChange(action=action, requested_at=datetime(2026, 1, 1, tzinfo=UTC), **fields)


def test_a_change_that_is_done_already_is_done(simulator: Simulator, telegram: TelegramSender) -> None:
    """Told twice, after a crash or a lost answer, Telegram refuses: that is success."""
    (outcome,) = telegram.send([parcel(text="teh")])
    assert isinstance(outcome, Sent)
    number = outcome.telegram_message_id
    message = answer("teh", message_type=MessageType.PHOTO, media=Media(file_id="x"), telegram_message_id=number)
    for _ in range(2):
        assert telegram.change(message, wish(ChangeAction.EDIT, text="the")) == Sent(number)
    assert simulator.sent(USER)[0].body["caption"] == "the"
    for _ in range(2):
        assert telegram.change(message, wish(ChangeAction.DELETE)) == Sent(number)
    refused = telegram.change(message, wish(ChangeAction.EDIT, text="now"))
    assert isinstance(refused, Refused)
    assert refused.error.code == "message_rejected"
    asked = answer("", telegram_message_id=simulator.send_text(USER, "Thank you!"))
    assert isinstance(telegram.change(asked, wish(ChangeAction.REACT, emoji="👍")), Sent)
    assert isinstance(telegram.change(asked, wish(ChangeAction.REACT)), Sent)
    assert telegram.show_typing(USER) is None  # type: ignore[func-returns-value] # whatever Telegram says


def test_a_file_that_is_gone_fails_and_its_album_goes_on(telegram: TelegramSender) -> None:
    """Nothing of it leaves; the others wait for the next attempt."""
    lost = attrs.evolve(parcel(), file=None)
    gone, rest = telegram.send([lost, parcel()])
    assert isinstance(gone, Refused)
    assert gone.error.code == "file_gone"
    assert isinstance(rest, Deferred)


@pytest.mark.parametrize(
    ("description", "kinds"),
    [
        ('Bad Request: failed to send message #2 with the error message \\"WRONG\\"', [Deferred, Refused]),
        ("Bad Request: group send failed", [Refused, Refused]),
        ('Bad Request: failed to send message #7 with the error message \\"WRONG\\"', [Refused, Refused]),
    ],
)
def test_telegram_says_which_file_of_an_album_is_to_blame(description: str, kinds: list[type]) -> None:
    """The others certainly were not sent, and go out without it."""
    with (
        server(400, b'{"ok": false, "description": "%s"}' % description.encode()) as url,
        sender_to(url, "1:abc") as one,
    ):
        assert [type(outcome) for outcome in one.send([parcel(), parcel()])] == kinds


def test_a_file_that_telegram_finds_too_large_says_so() -> None:
    """A server of one's own may allow less."""
    with (
        server(413, b'{"ok": false, "description": "Request Entity Too Large"}') as url,
        sender_to(url, "1:abc") as one,
    ):
        (outcome,) = one.send([parcel()])
    assert isinstance(outcome, Refused)
    assert outcome.error.code == "file_too_large"


def test_half_an_album_is_no_answer() -> None:
    """Telegram promises all or nothing; anything else is in doubt."""
    body = json.dumps({"ok": True, "result": [{"message_id": 1}]}).encode()
    with server(200, body) as url, sender_to(url, "1:abc") as one:
        assert [type(outcome) for outcome in one.send([parcel(), parcel()])] == [Lost, Lost]


def test_an_upload_that_breaks_off_has_not_arrived(telegram: TelegramSender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store goes away, the file is shorter than it was, the network is too slow: not sent, and tried again."""

    def away() -> Iterator[bytes]:
        yield PNG[:5]
        raise DatabaseUnavailable("away")

    def short() -> Iterator[bytes]:
        yield PNG[:5]

    for read in (away, short):
        one = attrs.evolve(parcel(), file=OutgoingFile(1, None, read))
        (outcome,) = telegram.send([one])
        assert isinstance(outcome, Deferred), outcome
        assert outcome.error.code == "unreachable"
    monkeypatch.setattr("opchat_core.telegram.sender.UPLOAD", timedelta(seconds=-9))
    (outcome,) = telegram.send([parcel()])
    assert isinstance(outcome, Deferred)
    assert "too slow" in outcome.error.message


def test_a_connection_that_is_cut_in_an_upload_is_no_doubt(simulator: Simulator, telegram: TelegramSender) -> None:
    """What was not all there cannot have arrived; what was may have."""
    simulator.fail("sendPhoto", "cut_after")
    (outcome,) = telegram.send([parcel()])
    assert isinstance(outcome, Lost)
    assert len(simulator.sent(USER)) == 1
    assert upload.SLOWEST == 128 * 1024
