"""What is told around a message, with what people react to it, and where somebody is just now: over both stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.stores import OPERATOR, receive

from opchat_core.errors import MessageNotFound, UserNotFound
from opchat_core.model import ChatStatus, Media, MessageType, Reaction

if TYPE_CHECKING:
    from opchat_core.model import Received
    from opchat_core.ports import Store

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
THUMB = {"type": "emoji", "emoji": "\N{THUMBS UP SIGN}"}
HEART = {"type": "emoji", "emoji": "\N{HEAVY BLACK HEART}"}


def react(store: Store, *reactions: dict[str, Any], number: int = 7, at: datetime | None = AT) -> Received:
    return store.react(Reaction(user_id=42, telegram_message_id=number, reactions=reactions, reacted_at=at))


def test_what_is_told_around_a_message_stays_with_it(store: Store) -> None:
    """Origin and quote are kept as they came, and read again."""
    context = {"forward_origin": {"type": "hidden_user", "sender_user_name": "Bob"}, "quote": {"text": "x"}}
    stored = receive(store, context=context).message
    assert stored.context == context
    found = store.find_message(stored.key)
    assert found is not None
    assert found.context == context


def test_the_answered_message_is_told_only_where_it_is_not_stored(store: Store) -> None:
    """A stored one is named by its seq; of one that nobody has, what Telegram told of it remains."""
    quoted = {"reply_to_message": {"message_id": 7, "text": "Before your time"}}
    unknown = receive(store, text="this", reply_to_telegram_message_id=7, context=quoted).message
    assert (unknown.reply_to, unknown.context) == (None, quoted)
    first = receive(store, telegram_message_id=7).message
    known = receive(store, text="that", reply_to_telegram_message_id=7, context=quoted).message
    assert (known.reply_to, known.context) == (first.seq, None)


def test_a_reaction_is_seen_at_its_message_and_moves_the_revision(store: Store) -> None:
    """Whoever asks for changes is given the message anew; nothing becomes unread, and nothing is reopened."""
    stored = receive(store, telegram_message_id=7).message
    store.mark_read(42, OPERATOR, stored.seq)
    before = store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    assert before is not None
    assert before.unread_count == 0

    received = react(store, THUMB)

    assert (received.duplicate, received.message.reactions.user) == (False, (THUMB,))
    assert store.list_changes(42, OPERATOR, after=before.revision) == (received.message,)
    after = store.find_chat(42, OPERATOR)
    assert after is not None
    assert (after.revision, after.unread_count, after.status) == (before.revision + 1, 0, ChatStatus.CLOSED)


def test_the_same_reaction_again_and_an_older_one_change_nothing(store: Store) -> None:
    """Telegram may tell a thing twice, and late."""
    receive(store, telegram_message_id=7)
    react(store, HEART, at=AT + timedelta(seconds=5))
    again = react(store, HEART, at=AT + timedelta(seconds=5))
    older = react(store, THUMB)
    assert (again.duplicate, older.duplicate, older.message) == (True, True, again.message)


def test_a_reaction_that_is_taken_back_is_gone(store: Store) -> None:
    """The list of what is left is empty."""
    receive(store, telegram_message_id=7)
    react(store, THUMB)
    assert react(store, at=None).message.reactions.user == ()


def test_a_reaction_to_nothing_is_refused(store: Store) -> None:
    """Neither a chat nor a message is made for it."""
    with pytest.raises(UserNotFound):
        react(store, THUMB)
    receive(store, telegram_message_id=8)
    with pytest.raises(MessageNotFound):
        react(store, THUMB)


def test_a_reaction_to_what_an_operator_said_is_seen_there(store: Store) -> None:
    """A message of either direction has its number of Telegram's."""
    said = receive(store, direction="out", telegram_message_id=9).message
    assert react(store, THUMB, number=9).message.seq == said.seq


def position(latitude: float, *, live: bool = True) -> dict[str, Any]:
    return {
        "message_type": MessageType.LOCATION,
        "text": "",
        "telegram_message_id": 7,
        "payload": {"latitude": latitude, "longitude": 1, **({"live_period": 900} if live else {})},
    }


def test_a_live_location_keeps_where_it_began_and_where_it_is(store: Store) -> None:
    """However often it moves, there are two positions; and the last is without a period, for it has ended."""
    first = receive(store, **position(0.0), created_at=AT).message
    for step in range(1, 4):
        at = AT + timedelta(seconds=step)
        moved = receive(store, **position(step / 10), edited=True, created_at=at)
        assert moved.updated
    late = receive(store, **position(0.1), edited=True, created_at=AT + timedelta(seconds=1))
    ended = receive(store, **position(0.4, live=False), edited=True, created_at=AT + timedelta(seconds=9)).message
    assert late.duplicate
    assert ended.payload == position(0.4, live=False)["payload"]
    assert [version.written_at for version in store.list_versions(first.key)] == [AT]


def test_earlier_versions_are_numbered_and_whole(store: Store) -> None:
    """In the order in which they were replaced, whatever the order in which they were written; with their files."""
    first = receive(store, text="a", message_type="photo", media=Media("one"), telegram_message_id=7, created_at=AT)
    for text, seconds in (("c", 20), ("b", 10)):
        at = AT + timedelta(seconds=seconds)
        changed: dict[str, Any] = {
            "message_type": "photo",
            "media": Media(text),
            "telegram_message_id": 7,
            "created_at": at,
        }
        receive(store, text=text, edited=True, **changed)
    versions = store.list_versions(first.message.key)
    assert [(version.number, version.text, version.media) for version in versions] == [
        (1, "a", Media("one")),
        (2, "b", Media("b")),
    ]
