"""Messages that were kept raw are given their meaning later: over both stores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.support.stores import OPERATOR, receive

from opchat_core.model import IncomingMessage, Media, MessageType
from opchat_core.ports import MessageVersion

if TYPE_CHECKING:
    from opchat_core.model import Message
    from opchat_core.ports import Store

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
RAW = {"update_id": 1, "message": {"message_id": 7, "hologram": {}}}


def keep_raw(store: Store, user_id: int = 42, **fields: Any) -> Message:
    """Store what nobody understands."""
    raw = {"message_type": MessageType.UNSUPPORTED, "payload": RAW, "created_at": AT, **fields}
    return receive(store, user_id, text=raw.pop("text", ""), **raw).message


def meaning(**fields: Any) -> IncomingMessage:
    return IncomingMessage(**{"user_id": 42, "message_type": "video", "media": Media("file"), "text": "Look", **fields})


def test_a_raw_message_becomes_what_it_is(store: Store) -> None:
    """In its place, with its time and number; the raw update is kept, and whoever asks for changes is told."""
    first = receive(store, telegram_message_id=5).message
    raw = keep_raw(store, telegram_message_id=7)
    before = store.find_chat(42, OPERATOR)
    assert before is not None
    around = {"reply_to_message": {"message_id": 5}, "quote": {"text": "x"}}
    found = store.reinterpret(raw.key, meaning(context=around, reply_to_telegram_message_id=5, media_group_id="album"))
    assert found is not None
    assert (found.key, found.created_at, found.telegram_message_id) == (raw.key, raw.created_at, 7)
    assert (found.message_type, found.text, found.media, found.payload) == ("video", "Look", Media("file"), None)
    assert (found.reply_to, found.context, found.media_group_id) == (first.seq, {"quote": {"text": "x"}}, "album")
    assert (found.edited_at, found.revision) == (None, before.revision + 1)
    assert store.find_message(raw.key) == found
    assert store.list_versions(raw.key) == (MessageVersion("", AT, MessageType.UNSUPPORTED, payload=RAW),)
    assert store.list_changes(42, OPERATOR, after=before.revision) == (found,)


def test_it_is_done_once(store: Store) -> None:
    """The second who comes finds nothing to do, and changes nothing."""
    raw = keep_raw(store, telegram_message_id=7)
    done = store.reinterpret(raw.key, meaning())
    assert store.reinterpret(raw.key, meaning(text="Again")) is None
    assert store.find_message(raw.key) == done
    assert len(store.list_versions(raw.key)) == 1


def test_only_what_the_bot_could_not_name_is_given_a_meaning(store: Store) -> None:
    """Texts stay what they are, and so does what anybody could have posted."""
    text = receive(store).message
    forged = keep_raw(store, verified=False)
    absent = keep_raw(store, 43)
    store.forget_chat(43, OPERATOR)
    assert [store.reinterpret(one.key, meaning()) for one in (text, forged, absent)] == [None] * 3
    assert store.list_unsupported(after=None, limit=10) == ()


def test_all_of_them_are_found_page_by_page(store: Store) -> None:
    """Of all users and bots, each once, in an order that goes on where a page ended."""
    raws = [keep_raw(store, user_id, bot_type=bot) for user_id in (44, 42) for bot in ("sales", OPERATOR) for _ in "ab"]
    receive(store, 42)
    found: list[Message] = []
    while page := store.list_unsupported(after=found[-1].key if found else None, limit=3):
        found += page
    assert found == sorted(raws, key=lambda message: (message.user_id, message.bot_type, message.seq))
