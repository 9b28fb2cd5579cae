"""Storing what happened: once, whatever happens, and with the user as Telegram last told it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import NEVER, OPERATOR, answer, claim, receive

from opchat_core.errors import InvalidInput
from opchat_core.model import (
    ChatCounts,
    ChatStatus,
    Delivery,
    DeliveryStatus,
    Media,
    MessageKey,
    MessageType,
    ReopenRule,
    User,
)
from opchat_core.ports import MessageVersion

if TYPE_CHECKING:
    from opchat_core.model import Chat
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def chat_of(store: Store, user_id: int = 42, bot_type: str = OPERATOR) -> Chat:
    """The chat, which must be there."""
    chat = store.find_chat(user_id, bot_type)
    assert chat is not None
    return chat


def test_the_first_message_makes_user_and_chat(store: Store, clock: MovableClock) -> None:
    """One step leaves a user, an open chat with one unread message, and the message."""
    received = receive(
        store,
        text="Where is my order?",
        first_name="Anna",
        last_name="Ray",
        username="anna",
        language_code="en",
        telegram_message_id=7,
    )
    message = received.message
    assert not received.duplicate
    assert not received.updated
    assert (message.user_id, message.bot_type, message.seq, message.revision) == (42, OPERATOR, 1, 1)
    assert message.text == "Where is my order?"
    assert message.verified
    assert message.telegram_message_id == 7
    assert message.created_at == clock.now()
    assert message.delivery is None
    assert message.edited_at is None
    chat = chat_of(store)
    assert chat.user == User(42, "Anna", "Ray", "anna", "en")
    assert chat.status is ChatStatus.OPEN
    assert chat.unread_count == 1
    assert chat.revision == 1
    assert chat.last_message == message
    assert chat.last_message_at == clock.now()
    assert not chat.blocked_by_user
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)
    assert store.find_message(message.key) == message


def test_everything_about_a_message_is_kept(store: Store, clock: MovableClock) -> None:
    """Files, entities, payload, album and quoted message come back as they were handed in."""
    receive(store, text="first", telegram_message_id=7)
    east = timezone(timedelta(hours=3))
    written = datetime(2026, 1, 5, 11, 59, 30, 123_456, tzinfo=east)
    media = Media(file_id="f", file_unique_id="u", file_name="Ж.png", file_size=2**40, width=1, height=2, duration=0)
    received = receive(
        store,
        text="смотри 😀 %_\\ 'x'",
        message_type="photo",
        telegram_message_id=8,
        created_at=written,
        media=media,
        entities=({"type": "bold", "offset": 0, "length": 6},),
        payload={"latitude": 55.75, "nested": {"list": [1, None, True, "ё"]}, "big": 2**62},
        reply_to_telegram_message_id=7,
        media_group_id="album",
    ).message
    message = store.find_message(received.key)
    assert message == received
    assert message is not None
    assert message.text == "смотри 😀 %_\\ 'x'"
    assert message.created_at == written
    assert message.media == media
    assert message.entities == ({"type": "bold", "offset": 0, "length": 6},)
    assert message.payload == {"latitude": 55.75, "nested": {"list": [1, None, True, "ё"]}, "big": 2**62}
    assert message.reply_to == 1
    assert message.media_group_id == "album"


def test_an_empty_payload_is_not_none(store: Store) -> None:
    """An object with nothing in it is still an object."""
    message = receive(store, message_type="dice", payload={}).message
    found = store.find_message(message.key)
    assert found is not None
    assert found.payload == {}


def test_messages_are_numbered_within_their_chat(store: Store) -> None:
    """Each chat counts 1, 2, 3, whatever happens in others."""
    seqs = [
        receive(store, user, bot_type=bot).message.seq
        for user, bot in [(1, "a"), (1, "a"), (2, "a"), (1, "b"), (1, "a"), (2, "a")]
    ]
    assert seqs == [1, 2, 1, 1, 3, 2]


def test_the_same_message_again_changes_nothing(store: Store, clock: MovableClock) -> None:
    """Telegram and clients repeat themselves; the stored message comes back, and nothing else happens."""
    first = receive(store, text="hi", telegram_message_id=7, first_name="Anna").message
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    before = chat_of(store)
    clock.advance(SECOND)
    again = receive(store, text="other words", telegram_message_id=7, first_name="Bob")
    assert again.duplicate
    assert again.message == first
    assert chat_of(store) == before
    assert store.list_messages(42, OPERATOR, before=None, limit=None) == (first,)


def test_without_a_number_every_message_is_new(store: Store) -> None:
    """What has no identity cannot be recognised."""
    assert [receive(store).message.seq for _ in range(2)] == [1, 2]


def test_the_same_number_elsewhere_is_another_message(store: Store) -> None:
    """Bot type, user and direction are part of the identity."""
    kept = [
        receive(store, 1, telegram_message_id=7),
        receive(store, 2, telegram_message_id=7),
        receive(store, 1, bot_type="shop", telegram_message_id=7),
        receive(store, 1, direction="out", telegram_message_id=7),
    ]
    assert not any(received.duplicate for received in kept)


def test_the_future_is_refused(store: Store, clock: MovableClock) -> None:
    """More than five minutes ahead is nonsense, and nothing is stored; five minutes are a clock that is off."""
    with pytest.raises(InvalidInput) as caught:
        receive(store, created_at=clock.now() + timedelta(minutes=5, microseconds=1))
    assert [error.field for error in caught.value.errors] == ["created_at"]
    assert store.find_chat(42, OPERATOR) is None
    assert receive(store, created_at=clock.now() + timedelta(minutes=5)).message.seq == 1


def test_an_old_message_does_not_age_the_chat(store: Store, clock: MovableClock) -> None:
    """A late delivery takes the next number, and the list goes by the newest activity."""
    receive(store, text="new")
    late = receive(store, text="old", created_at=clock.now() - HOUR).message
    chat = chat_of(store)
    assert late.seq == 2
    assert chat.last_message == late
    assert chat.last_message_at == clock.now()


# Who may be believed


def test_an_unverified_message_says_so(store: Store) -> None:
    """Anybody may have posted it."""
    message = receive(store, verified=False).message
    assert not message.verified
    assert store.find_message(message.key) == message


@pytest.mark.parametrize("verified_first", [True, False])
def test_an_unverified_message_takes_no_identity(store: Store, *, verified_first: bool) -> None:
    """A stranger who guesses Telegram's number neither hides the real message nor is taken for it."""
    receive(store, text="one", telegram_message_id=7, verified=verified_first)
    second = receive(store, text="two", telegram_message_id=7, verified=not verified_first)
    assert not second.duplicate
    again = [receive(store, telegram_message_id=7, verified=verified) for verified in (True, False)]
    assert all(received.duplicate for received in again)
    assert len(store.list_messages(42, OPERATOR, before=None, limit=None)) == 2


def test_an_unverified_message_renames_nobody_who_is_verified(store: Store) -> None:
    """Once a user has written through the bot, only the bot tells their name."""
    receive(store, first_name="Anna", verified=True)
    receive(store, first_name="Evil", username="evil", verified=False)
    assert chat_of(store).user == User(42, "Anna")


def test_until_then_strangers_and_the_bot_may_rename(store: Store) -> None:
    """An unverified name is better than none, and gives way to a verified one."""
    receive(store, first_name="One", verified=False)
    receive(store, first_name="Two", verified=False)
    assert chat_of(store).user.first_name == "Two"
    receive(store, verified=True)
    assert chat_of(store).user.first_name == "Two"
    receive(store, first_name="Evil", verified=False)
    assert chat_of(store).user.first_name == "Two"
    receive(store, first_name="Anna", verified=True)
    assert chat_of(store).user.first_name == "Anna"


def test_names_are_refreshed_kept_and_cleared(store: Store) -> None:
    """What is not told stays, what is told changes, what is empty goes; for every bot of the user."""
    receive(store, first_name="Anna", last_name="Ray", username="anna", language_code="en")
    receive(store, bot_type="shop", last_name="", username="anna2")
    assert chat_of(store).user == User(42, "Anna", None, "anna2", "en")
    assert chat_of(store, bot_type="shop").user == chat_of(store).user


# Edits


def test_an_edit_makes_a_new_version(store: Store, clock: MovableClock) -> None:
    """The text changes in place, the revision grows, the old version is kept, unread and rank stay."""
    first = receive(store, text="helo", telegram_message_id=7).message
    receive(store, text="another")
    before = chat_of(store)
    written, edited = clock.now(), clock.advance(SECOND)
    received = receive(
        store, text="hello", telegram_message_id=7, edited=True, entities=({"type": "bold", "offset": 0, "length": 1},)
    )
    assert received.updated
    assert not received.duplicate
    message = received.message
    assert (message.seq, message.text, message.edited_at, message.created_at) == (1, "hello", edited, written)
    assert message.revision == before.revision + 1
    assert store.find_message(first.key) == message
    assert store.list_versions(first.key) == (MessageVersion("helo", written),)
    after = chat_of(store)
    assert (after.revision, after.unread_count, after.last_message_at) == (
        before.revision + 1,
        before.unread_count,
        before.last_message_at,
    )


def test_each_version_is_kept_with_its_time(store: Store, clock: MovableClock) -> None:
    """Oldest first, each with the time at which it was written."""
    times = []
    for number, text in enumerate(["one", "two", "three"]):
        times.append(clock.now())
        receive(store, text=text, telegram_message_id=7, edited=number > 0)
        clock.advance(SECOND)
    assert store.list_versions(MessageKey(42, OPERATOR, 1)) == (
        MessageVersion("one", times[0]),
        MessageVersion("two", times[1]),
    )
    assert store.list_versions(MessageKey(42, OPERATOR, 9)) == ()


def test_an_edit_that_changes_nothing_is_no_version(store: Store) -> None:
    """Telegram reports edits that nobody can see."""
    receive(store, text="hi", telegram_message_id=7, payload={"a": 1})
    before = chat_of(store)
    received = receive(store, text="hi", telegram_message_id=7, payload={"a": 1}, edited=True)
    assert received.duplicate
    assert not received.updated
    assert chat_of(store) == before
    assert store.list_versions(received.message.key) == ()


def test_an_edit_that_is_delivered_again_after_a_newer_one_is_known(store: Store, clock: MovableClock) -> None:
    """A repeated delivery does not bring an old version back."""
    receive(store, text="one", telegram_message_id=7)
    second = clock.advance(SECOND)
    receive(store, text="two", telegram_message_id=7, edited=True, created_at=second)
    receive(store, text="three", telegram_message_id=7, edited=True, created_at=clock.advance(SECOND))
    again = receive(store, text="two", telegram_message_id=7, edited=True, created_at=second)
    assert again.duplicate
    assert again.message.text == "three"


def test_an_edit_that_comes_after_a_newer_one_is_an_earlier_version(store: Store, clock: MovableClock) -> None:
    """What was written last is what stands, in whatever order it comes."""
    receive(store, text="one", telegram_message_id=7)
    earlier, later = clock.advance(SECOND), clock.advance(SECOND)
    receive(store, text="three", telegram_message_id=7, edited=True, created_at=later)
    late = receive(store, text="two", telegram_message_id=7, edited=True, created_at=earlier)
    assert late.updated
    assert (late.message.text, late.message.edited_at, late.message.revision) == ("three", later, 3)
    again = receive(store, text="two", telegram_message_id=7, edited=True, created_at=earlier)
    assert again.duplicate
    assert [version.text for version in store.list_versions(late.message.key)] == ["one", "two"]


def test_an_edit_may_change_the_kind(store: Store, clock: MovableClock) -> None:
    """A text becomes a caption, a place begins to move."""
    receive(store, text="here", telegram_message_id=7)
    place = receive(
        store, text="here", message_type="location", payload={"latitude": 1}, telegram_message_id=7, edited=True
    )
    assert (place.updated, place.message.message_type) == (True, MessageType.LOCATION)
    clock.advance(SECOND)
    photo = receive(
        store, text="here", message_type="photo", payload={"latitude": 1}, telegram_message_id=7, edited=True
    )
    assert (photo.updated, photo.message.message_type) == (True, MessageType.PHOTO)


def test_an_edit_of_an_unknown_message_is_stored(store: Store, clock: MovableClock) -> None:
    """Better an edited message than none, where the first version never came."""
    received = receive(store, text="hi", telegram_message_id=7, edited=True)
    assert not received.updated
    assert received.message.edited_at == clock.now()
    assert chat_of(store).unread_count == 1


# Answers sent elsewhere


def test_an_answer_that_was_sent_elsewhere_is_recorded(store: Store) -> None:
    """It is sent already, is by its operator, and leaves nothing unread."""
    message = receive(store, text="done", direction="out", operator="anna", telegram_message_id=9).message
    assert message.operator == "anna"
    assert message.delivery == Delivery(DeliveryStatus.SENT)
    assert chat_of(store).unread_count == 0
    assert receive(store, direction="out", telegram_message_id=9).duplicate
    assert claim(store) == ()


def test_what_a_user_wrote_has_no_operator(store: Store) -> None:
    """An operator's token may hand in a user's message; it stays the user's."""
    assert receive(store, operator="anna").message.operator is None


def test_our_own_answer_reported_back_is_known(store: Store) -> None:
    """What this installation sent, and then hears of, is one message."""
    from opchat_core.model import Sent

    receive(store)
    answer(store)
    (taken,) = claim(store)
    store.complete(taken, Sent(55), wait=SECOND)
    assert receive(store, text="hello", direction="out", telegram_message_id=55).duplicate


def test_a_reply_finds_what_it_quotes(store: Store) -> None:
    """In either direction; a verified message before an unverified one; nothing where nothing fits."""
    receive(store, text="fake", telegram_message_id=7, verified=False)
    receive(store, text="real", telegram_message_id=7)
    receive(store, text="answer", direction="out", telegram_message_id=8)
    assert receive(store, reply_to_telegram_message_id=7).message.reply_to == 2
    assert receive(store, reply_to_telegram_message_id=8).message.reply_to == 3
    assert receive(store, reply_to_telegram_message_id=99).message.reply_to is None


# Reopening and blocking


def test_a_new_message_reopens_a_closed_chat(store: Store) -> None:
    """By default a user who writes again is heard again."""
    receive(store)
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    receive(store)
    chat = chat_of(store)
    assert chat.status is ChatStatus.OPEN
    assert chat.revision == 3
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)


def test_a_chat_may_stay_closed(store: Store) -> None:
    """Where the rule says never, the message is stored, and the chat stays closed."""
    receive(store)
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    receive(store, reopen=NEVER)
    chat = chat_of(store)
    assert chat.status is ChatStatus.CLOSED
    assert chat.unread_count == 2
    assert store.count_chats(OPERATOR) == ChatCounts(0, 1)


@pytest.mark.parametrize(
    ("pause", "status"), [(HOUR - timedelta(microseconds=1), ChatStatus.OPEN), (HOUR, ChatStatus.CLOSED)]
)
def test_a_chat_reopens_within_a_time(store: Store, clock: MovableClock, pause: timedelta, status: ChatStatus) -> None:
    """The time counts from the closing."""
    receive(store)
    clock.advance(HOUR)
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    clock.advance(pause)
    receive(store, reopen=ReopenRule(HOUR))
    assert chat_of(store).status is status


def test_answers_edits_and_repetitions_reopen_nothing(store: Store) -> None:
    """Only a new message of the user does."""
    receive(store, telegram_message_id=7)
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    receive(store, telegram_message_id=7)
    receive(store, text="edited", telegram_message_id=7, edited=True)
    receive(store, direction="out")
    answer(store)
    assert chat_of(store).status is ChatStatus.CLOSED


def test_whoever_writes_has_not_blocked_the_bot(store: Store) -> None:
    """A verified message ends the block; a stranger's, or an answer, proves nothing."""
    receive(store)
    store.set_blocked(42, OPERATOR, blocked=True)
    receive(store, verified=False)
    receive(store, direction="out")
    assert chat_of(store).blocked_by_user
    receive(store)
    assert not chat_of(store).blocked_by_user


def test_what_has_no_number_is_known_by_its_update(store: Store) -> None:
    """Telegram delivers a scheduled message again after a crash: the update's number tells that it is the same one."""
    first = receive(store, text="scheduled", update_id=900).message
    again = receive(store, text="scheduled", update_id=900)
    assert (again.message, again.duplicate) == (first, True)
    others = [
        receive(store, text="another update", update_id=901),
        receive(store, text="another user", user_id=43, update_id=900),
        receive(store, text="another bot", bot_type="sales", update_id=900),
        receive(store, text="a stranger's", verified=False, update_id=900),
        receive(store, text="an answer", direction="out", update_id=900),
        receive(store, text="numbered", telegram_message_id=7, update_id=900),
        receive(store, text="numbered too", telegram_message_id=8, update_id=900),
    ]
    assert not any(other.duplicate for other in others)
