"""Albums, files and wishes on their way: sent together, told of one by one, taken up by whoever is left."""

from __future__ import annotations

from io import BytesIO
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from tests.support.deadline import eventually

from opchat_core.delivery import KEPT, LEASE, ORPHANED, TYPING, Courier
from opchat_core.errors import DatabaseUnavailable, FileGone, InvalidInput, TelegramNotConfigured
from opchat_core.model import (
    OPERATOR,
    Answer,
    ChangeStatus,
    Deferred,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Media,
    Message,
    MessageKey,
    Presence,
    Refused,
    Sent,
)
from opchat_core.service import OperatorChat
from opchat_core.testing import InMemoryFeed, InMemoryRepository

if TYPE_CHECKING:
    from datetime import timedelta

    from opchat_core.testing import MovableClock, RecordingSender

REJECTED = DeliveryError("message_rejected", "Bad Request: wrong file identifier")
LOST = DeliveryError("answer_lost", "ReadTimeout")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _user(chat: OperatorChat) -> None:
    chat.receive(user_id=42, text="hi", telegram_message_id=1)


def album(chat: OperatorChat, count: int = 3) -> tuple[Message, ...]:
    """Send an album of pictures."""
    files = [chat.upload(BytesIO(PNG + bytes([n])), file_name=f"{n}.png") for n in range(count)]
    return chat.send(42, Answer(text="Look", files=files), operator="anna").messages


def statuses(chat: OperatorChat) -> list[DeliveryStatus]:
    """How the answers stand."""
    return [message.delivery.status for message in chat.history(42) if message.delivery]


def test_an_album_leaves_as_one(chat: OperatorChat, sender: RecordingSender) -> None:
    """Each message of it has its own delivery, and its own number."""
    messages = album(chat)
    assert [m.telegram_message_id for m in messages] == [1001, 1002, 1003]
    assert statuses(chat) == [DeliveryStatus.SENT] * 3
    assert [parcel.message.text for parcel in sender.parcels] == ["Look", "", ""]


def test_a_retry_sends_only_what_failed(chat: OperatorChat, sender: RecordingSender, clock: MovableClock) -> None:
    """One picture of an album, alone; its bytes are still there."""
    sender.script(lambda m: Refused(REJECTED) if m.seq == 3 else Deferred(REJECTED))
    album(chat)
    assert statuses(chat) == [DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.QUEUED]
    clock.advance(LEASE)
    chat.courier.deliver_chat(42, OPERATOR, upto=4)
    assert chat.retry(MessageKey(42, OPERATOR, 3)).delivery == Delivery(DeliveryStatus.SENT, attempts=2)
    assert [parcel.message.seq for parcel in sender.parcels] == [2, 3, 4, 2, 4, 3]


def test_a_name_that_telegram_does_not_know_is_forgotten(
    chat: OperatorChat, sender: RecordingSender, clock: MovableClock
) -> None:
    """Another bot's, or an old one: the file is uploaded after all, and nobody has to retry."""
    sender.script(Sent(5, Media(file_id="F")), Refused(REJECTED), Refused(REJECTED))
    chat.reply(42, files=[chat.upload(BytesIO(PNG))], text="")
    chat.reply(42, files=[chat.upload(BytesIO(PNG))], text="")
    assert [p.file and p.file.known_file_id for p in sender.parcels] == [None, "F"]
    assert statuses(chat) == [DeliveryStatus.SENT, DeliveryStatus.QUEUED]
    clock.advance(LEASE)
    chat.courier.deliver_chat(42, OPERATOR, upto=1)
    assert sender.parcels[-1].file is not None
    assert sender.parcels[-1].file.known_file_id is None
    assert statuses(chat) == [DeliveryStatus.SENT, DeliveryStatus.FAILED], "refused as it is, it has failed"


def test_a_name_that_is_forgotten_fails_no_other_file_of_its_album(
    chat: OperatorChat, sender: RecordingSender, clock: MovableClock
) -> None:
    """Telegram refuses the album and does not say for which file: it goes out whole once the name is forgotten."""
    sender.script(Sent(5, Media(file_id="F")), Refused(REJECTED))
    chat.reply(42, files=[chat.upload(BytesIO(PNG + b"\x01"), file_name="1.png")], text="")
    album(chat)
    assert statuses(chat) == [DeliveryStatus.SENT, *[DeliveryStatus.QUEUED] * 3]
    clock.advance(LEASE)
    chat.courier.deliver_chat(42, OPERATOR, upto=5)
    assert statuses(chat) == [DeliveryStatus.SENT] * 4
    assert [parcel.file and parcel.file.known_file_id for parcel in sender.parcels[-3:]] == [None] * 3


def test_a_file_too_old_is_not_tried_again(chat: OperatorChat, sender: RecordingSender, clock: MovableClock) -> None:
    """A worker has swept it, and whoever retries is told."""
    sender.script(Lost(LOST))
    message = chat.reply(42, "", files=[chat.upload(BytesIO(b"x"))])
    clock.advance(KEPT + LEASE)
    stop = Event()
    worker = Thread(target=chat.courier.run, args=(stop,))
    worker.start()
    try:
        eventually(lambda: not _kept(chat, message), what="the sweep")
    finally:
        stop.set()
        worker.join(10)
    with pytest.raises(FileGone):
        chat.retry(message.key)


def _kept(chat: OperatorChat, message: Message) -> bool:
    return chat._store.find_file(message.key) is not None  # noqa: SLF001 - there is no other way to look


def test_a_wish_is_done_at_once_and_otherwise_by_a_worker(
    chat: OperatorChat, sender: RecordingSender, clock: MovableClock
) -> None:
    """Telegram does not answer: the wish stays, and a worker tells it again."""
    message = chat.reply(42, "teh")
    sender.change_script.extend([Lost(LOST)])
    wanted = chat.edit(message.key, "the", operator="anna")
    assert (wanted.text, wanted.pending_change and wanted.pending_change.error) == ("teh", LOST)
    clock.advance(LEASE)
    stop = Event()
    worker = Thread(target=chat.courier.run, args=(stop,))
    worker.start()
    try:
        eventually(lambda: chat.message(message.key).text == "the", what="the edit")
    finally:
        stop.set()
        worker.join(10)
    assert [change.text for _, change in sender.changes] == ["the", "the"]
    assert chat.audit(limit=1)[0].action == "edit"


def test_a_refused_wish_says_why(chat: OperatorChat, sender: RecordingSender) -> None:
    """The operator reads Telegram's words, and the message is what the user sees."""
    message = chat.reply(42, "hello")
    sender.change_script.append(Refused(REJECTED))
    refused = chat.delete(message.key)
    assert refused.deleted_at is None
    assert refused.pending_change is not None
    assert (refused.pending_change.status, refused.pending_change.error) == (ChangeStatus.REFUSED, REJECTED)
    assert chat.delete(message.key).deleted_at is not None


def test_a_store_that_goes_away_loses_no_wish(clock: MovableClock, feed: InMemoryFeed, sender: RecordingSender) -> None:
    """It is stored before Telegram hears of it; that is what the operator must know."""

    class Away(InMemoryRepository):
        def claim_changes(
            self, bot_type: str, *, limit: int, lease: timedelta, key: MessageKey | None = None
        ) -> tuple[Message, ...]:
            raise DatabaseUnavailable("away")

    store = Away(clock, feed=feed)
    chat = OperatorChat(store, Courier(store, {OPERATOR: sender}), feed)
    chat.receive(user_id=42, text="hi")
    wanted = chat.edit(chat.reply(42, "teh").key, "the")
    assert wanted.pending_change is not None
    assert sender.changes == []


def test_words_that_cannot_be_are_refused_before_they_are_wanted(chat: OperatorChat) -> None:
    """A caption is shorter than a text, and may be empty."""
    text, picture = chat.reply(42, "x"), chat.reply(42, "x", files=[chat.upload(BytesIO(PNG))])
    for key, words in ((text.key, " "), (text.key, "x" * 4097), (picture.key, "x" * 1025)):
        with pytest.raises(InvalidInput, match="text"):
            chat.edit(key, words)
    with pytest.raises(InvalidInput, match="entities"):
        chat.edit(text.key, "x", entities=[{"type": "bold", "offset": 0, "length": 2}])
    with pytest.raises(InvalidInput, match="emoji"):
        chat.set_reaction(MessageKey(42, OPERATOR, 1), "🚜")
    assert chat.edit(picture.key, "").text == ""
    assert chat.set_reaction(MessageKey(42, OPERATOR, 1), "👍").reactions.operator
    with pytest.raises(TelegramNotConfigured):
        chat.delete(MessageKey(42, "shop", 1))


def test_the_user_sees_that_somebody_writes(chat: OperatorChat, sender: RecordingSender, clock: MovableClock) -> None:
    """At most every four seconds, whoever types; one who only looks is not shown."""
    chat.attend(42, "anna", Presence.VIEWING)
    for name in ("anna", "olga", "anna"):
        chat.attend(42, name, Presence.TYPING)
    eventually(lambda: sender.typing == [42], what="the sign")
    clock.advance(TYPING)
    chat.attend(42, "olga", Presence.TYPING)
    eventually(lambda: sender.typing == [42, 42], what="the next sign")


def test_uploads_that_nobody_took_are_swept(chat: OperatorChat, store: InMemoryRepository, clock: MovableClock) -> None:
    """An hour is enough for any form."""
    upload = chat.upload(BytesIO(b"x"))
    clock.advance(ORPHANED + LEASE)
    assert store.sweep_files(orphaned=ORPHANED, kept=KEPT) == 1
    assert b"".join(store.read_file(upload.number)) == b""
