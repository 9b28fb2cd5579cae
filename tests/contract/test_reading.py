"""Lists, pages, search and counts; opening, closing, reading and forgetting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import OPERATOR, answer, receive

from opchat_core.model import ChatCounts, ChatStatus, Cursor, MessageKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

SECOND = timedelta(seconds=1)


def walk(store: Store, *, limit: int, status: ChatStatus | None = None, search: str | None = None) -> list[int]:
    """The user ids of a whole list, page by page."""
    found: list[int] = []
    cursor = None
    while True:
        if search is None:
            page = store.list_chats(OPERATOR, status=status, limit=limit, cursor=cursor)
        else:
            page = store.search_chats(OPERATOR, status=status, search=search, limit=limit, cursor=cursor)
        found += [chat.user_id for chat in page]
        if len(page) < limit:
            return found
        cursor = Cursor(page[-1].last_message_at, page[-1].user_id)


def search(store: Store, words: str, *, status: ChatStatus | None = None, limit: int = 50) -> list[int]:
    """The user ids that a search finds, in order of the ids."""
    chats = store.search_chats(OPERATOR, status=status, search=words, limit=limit, cursor=None)
    return sorted(chat.user_id for chat in chats)


# The list


def test_nothing_is_found_where_nothing_is(store: Store) -> None:
    """An empty store answers every question, with nothing."""
    key = MessageKey(42, OPERATOR, 1)
    assert store.find_chat(42, OPERATOR) is None
    assert store.find_message(key) is None
    assert store.list_chats(OPERATOR, status=None, limit=5, cursor=None) == ()
    assert store.search_chats(OPERATOR, status=None, search="a", limit=5, cursor=None) == ()
    assert store.count_chats(OPERATOR) == ChatCounts(0, 0)
    assert store.list_messages(42, OPERATOR, before=None, limit=None) == ()
    assert store.list_changes(42, OPERATOR, after=0) == ()
    assert store.list_versions(key) == ()
    assert list(store.stream_messages(42, OPERATOR)) == []
    assert store.list_bot_types(42) == ()
    assert store.set_status(42, OPERATOR, ChatStatus.CLOSED) is None
    assert store.mark_read(42, OPERATOR, 1) is None
    assert store.set_blocked(42, OPERATOR, blocked=True) is None
    assert store.forget_chat(42, OPERATOR) == 0
    store.check()


def test_the_newest_activity_comes_first(store: Store, clock: MovableClock) -> None:
    """Messages of either side count as activity; closing does not."""
    for user_id in (1, 2, 3):
        receive(store, user_id)
        clock.advance(SECOND)
    answer(store, 1)
    store.set_status(2, OPERATOR, ChatStatus.CLOSED)
    assert walk(store, limit=10) == [1, 3, 2]
    assert walk(store, limit=10, status=ChatStatus.OPEN) == [1, 3]
    assert walk(store, limit=10, status=ChatStatus.CLOSED) == [2]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
def test_pages_neither_repeat_nor_lose_a_chat(store: Store, clock: MovableClock, limit: int) -> None:
    """Whatever the size of the page, and though many chats share a moment."""
    for user_id in range(1, 8):
        receive(store, user_id)
        if user_id % 3 == 0:
            clock.advance(SECOND)
    for user_id in (2, 5):
        store.set_status(user_id, OPERATOR, ChatStatus.CLOSED)
    assert walk(store, limit=limit) == [7, 6, 5, 4, 3, 2, 1]
    assert walk(store, limit=limit, status=ChatStatus.OPEN) == [7, 6, 4, 3, 1]
    assert walk(store, limit=limit, search="") == [7, 6, 5, 4, 3, 2, 1]


def test_a_chat_that_moves_up_between_pages_disturbs_no_other(store: Store, clock: MovableClock) -> None:
    """Activity moves one chat; the others keep their place, and the next page goes on where the first ended."""
    for user_id in (1, 2, 3, 4):
        receive(store, user_id)
        clock.advance(SECOND)
    first = store.list_chats(OPERATOR, status=None, limit=2, cursor=None)
    receive(store, 1)
    second = store.list_chats(OPERATOR, status=None, limit=2, cursor=Cursor(first[-1].last_message_at, 3))
    assert [chat.user_id for chat in first + second] == [4, 3, 2]


def test_each_bot_has_a_list_of_its_own(store: Store) -> None:
    """Chats of another bot type are not to be seen, nor counted."""
    receive(store, 1)
    receive(store, 2, bot_type="selftest")
    assert walk(store, limit=10) == [1]
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)
    assert store.count_chats("selftest") == ChatCounts(1, 0)
    assert search(store, "2") == []


def test_counts_follow_every_change(store: Store) -> None:
    """New, closed, closed again, reopened by hand, reopened by a message, forgotten."""
    for user_id in range(1, 40):
        receive(store, user_id)
    assert store.count_chats(OPERATOR) == ChatCounts(39, 0)
    for user_id in range(1, 20):
        store.set_status(user_id, OPERATOR, ChatStatus.CLOSED)
        store.set_status(user_id, OPERATOR, ChatStatus.CLOSED)
    assert store.count_chats(OPERATOR) == ChatCounts(20, 19)
    store.set_status(1, OPERATOR, ChatStatus.OPEN)
    receive(store, 2)
    assert store.count_chats(OPERATOR) == ChatCounts(22, 17)
    store.forget_chat(1, OPERATOR)
    store.forget_chat(3, OPERATOR)
    assert store.count_chats(OPERATOR) == ChatCounts(21, 16)


# Search


@pytest.fixture
def people(store: Store) -> Store:
    """Some users with names that try a search."""
    receive(store, 1, first_name="Anna", last_name="Petrova", username="anna_p")
    receive(store, 2, first_name="Анна", last_name="ПЕТРОВА", username="Anna2")
    receive(store, 3, first_name="100% Bob", username="bob100")
    receive(store, 4, first_name="Under_score", last_name="back\\slash")
    receive(store, 57, first_name="Straße", last_name="Ёлкин")
    receive(store, 5)
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("anna", [1, 2]),
        ("ANNA", [1, 2]),
        ("petr", [1]),
        ("Anna Petrova", [1]),
        ("na pet", [1]),
        ("петрова", [2]),
        ("анна п", [2]),
        ("Анна Петрова", [2]),
        ("@anna", [1, 2]),
        ("@anna2", [2]),
        ("@nna", []),
        ("anna_p", [1]),
        ("petrova anna", []),
        ("petrova @anna_p", []),
        ("%", [3]),
        ("100%", [3]),
        ("_", [1, 4]),
        ("r_s", [4]),
        ("rxs", []),
        ("back\\slash", [4]),
        ("\\", [4]),
        ("strasse", [57]),
        ("ёлкин", [57]),
        ("елкин", []),
        ("5", [5]),
        ("57", [57]),
        ("7", []),
        ("'; DROP TABLE", []),
        ("99999999999999999999", []),
        ("\N{ARABIC-INDIC DIGIT FIVE}", []),
        ("nobody", []),
    ],
)
def test_search(people: Store, words: str, found: list[int]) -> None:
    """Parts of names without case in any script, whole ids, and every character for itself."""
    assert search(people, words) == found


def test_a_page_has_the_same_fingerprint_until_it_shows_something_else(store: Store, clock: MovableClock) -> None:
    """Whatever a row of the list shows moves it; what is on no row of the page does not."""
    start = clock.now() - timedelta(hours=1)
    for user_id in (1, 2, 3):
        receive(store, user_id, first_name="Anna", created_at=start + timedelta(seconds=user_id))

    def fingerprint(status: ChatStatus | None = None, limit: int = 2) -> str:
        return store.fingerprint_chats(OPERATOR, status=status, limit=limit, cursor=None)

    seen = [fingerprint()]
    receive(store, 1, telegram_message_id=5, created_at=start)  # below the page
    receive(store, 1, bot_type="other", created_at=start)
    assert fingerprint() == seen[0]
    changes: list[Callable[[], object]] = [
        lambda: receive(store, 3, "new", created_at=start + timedelta(seconds=4)),
        lambda: store.mark_read(3, OPERATOR, 2),
        lambda: store.set_blocked(2, OPERATOR, blocked=True),
        lambda: receive(store, 3, bot_type="other", first_name="Maria"),
        lambda: store.set_status(2, OPERATOR, ChatStatus.CLOSED),
        lambda: store.set_status(1, OPERATOR, ChatStatus.CLOSED),
        lambda: receive(store, 4, created_at=start),
        lambda: store.forget_chat(3, OPERATOR),
    ]
    for change in changes:
        change()
        assert fingerprint() not in seen
        seen.append(fingerprint())
        assert fingerprint() == seen[-1]
    assert len({fingerprint(status, 5) for status in (None, ChatStatus.OPEN, ChatStatus.CLOSED)}) == 3


def test_search_knows_status_pages_and_new_names(people: Store) -> None:
    """A search is a list like any other, and goes by the names of now."""
    people.set_status(1, OPERATOR, ChatStatus.CLOSED)
    assert search(people, "anna", status=ChatStatus.OPEN) == [2]
    assert search(people, "anna", status=ChatStatus.CLOSED) == [1]
    assert walk(people, limit=1, search="anna") == [2, 1]
    receive(people, 2, username="", first_name="Maria")
    assert search(people, "anna") == [1]
    assert search(people, "maria") == [2]


# Pages of messages


def test_history_pages_back_from_the_end(store: Store) -> None:
    """Oldest first; the newest page first; before a number, the page above it."""
    for number in range(1, 8):
        receive(store, text=str(number))

    def texts(before: int | None, limit: int | None) -> str:
        return "".join(m.text for m in store.list_messages(42, OPERATOR, before=before, limit=limit))

    assert texts(None, None) == "1234567"
    assert texts(None, 3) == "567"
    assert texts(5, 3) == "234"
    assert texts(2, 3) == "1"
    assert texts(1, 3) == ""
    assert texts(99, 2) == "67"
    assert texts(4, None) == "123"
    assert "".join(m.text for m in store.stream_messages(42, OPERATOR)) == "1234567"


def test_changes_are_what_is_new_and_what_is_different(store: Store) -> None:
    """Every message added or changed since a revision, in the order of the chat."""
    receive(store, text="one", telegram_message_id=1)
    receive(store, text="two", telegram_message_id=2)
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    receive(store, text="three")
    receive(store, text="ONE", telegram_message_id=1, edited=True)
    assert [m.text for m in store.list_changes(42, OPERATOR, after=chat.revision)] == ["ONE", "three"]
    assert [m.text for m in store.list_changes(42, OPERATOR, after=0)] == ["ONE", "two", "three"]
    assert store.list_changes(42, OPERATOR, after=chat.revision + 2) == ()


# Status and reading


def test_opening_and_closing_are_idempotent(store: Store) -> None:
    """Doing it again changes nothing, not even the revision."""
    receive(store)
    closed = store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    assert closed is not None
    assert (closed.status, closed.revision) == (ChatStatus.CLOSED, 2)
    assert store.set_status(42, OPERATOR, ChatStatus.CLOSED) == closed
    opened = store.set_status(42, OPERATOR, ChatStatus.OPEN)
    assert opened is not None
    assert (opened.status, opened.revision) == (ChatStatus.OPEN, 3)
    assert store.set_status(42, OPERATOR, ChatStatus.OPEN) == opened
    assert store.find_chat(42, OPERATOR) == opened


def test_reading_counts_down(store: Store) -> None:
    """Only messages of the user are unread; up to a number, never back, never beyond the end."""
    for direction in ("in", "in", "out", "in"):
        receive(store, direction=direction)

    def read(seq: int) -> tuple[int, int]:
        chat = store.mark_read(42, OPERATOR, seq)
        assert chat is not None
        return chat.unread_count, chat.revision

    assert read(0) == (3, 4)
    assert read(1) == (2, 5)
    assert read(1) == (2, 5)
    assert read(3) == (1, 6)
    assert read(2) == (1, 6)
    assert read(99) == (0, 7)
    receive(store)
    assert read(4) == (1, 8)
    assert read(5) == (0, 9)


def test_blocking_is_idempotent(store: Store) -> None:
    """A change is told once."""
    receive(store)
    blocked = store.set_blocked(42, OPERATOR, blocked=True)
    assert blocked is not None
    assert (blocked.blocked_by_user, blocked.revision) == (True, 2)
    assert store.set_blocked(42, OPERATOR, blocked=True) == blocked
    unblocked = store.set_blocked(42, OPERATOR, blocked=False)
    assert unblocked is not None
    assert (unblocked.blocked_by_user, unblocked.revision) == (False, 3)


# Forgetting


def test_forgetting_leaves_nothing(store: Store) -> None:
    """Messages, versions and the chat go; the user goes with the last chat, and comes back as a stranger."""
    receive(store, first_name="Anna", text="one", telegram_message_id=1)
    receive(store, text="two", telegram_message_id=1, edited=True)
    receive(store, text="three", bot_type="shop")
    answer(store)
    assert store.list_bot_types(42) == ("operator", "shop")
    assert store.forget_chat(42, OPERATOR) == 2
    assert store.find_chat(42, OPERATOR) is None
    assert store.list_messages(42, OPERATOR, before=None, limit=None) == ()
    assert store.list_versions(MessageKey(42, OPERATOR, 1)) == ()
    assert store.next_due(OPERATOR) is None
    assert store.backlog(OPERATOR).queued == 0
    assert search(store, "anna") == []
    shop = store.find_chat(42, "shop")
    assert shop is not None
    assert shop.user.first_name == "Anna"
    assert store.forget_chat(42, "shop") == 1
    assert store.list_bot_types(42) == ()
    again = receive(store, verified=False)
    assert (again.message.seq, again.message.revision) == (1, 1)
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.user.first_name is None


# Rehearsals


def test_a_transaction_leaves_no_trace(store: Store) -> None:
    """Inside, everything is as if it had happened; outside, nothing has."""
    receive(store, text="before")
    with store.transaction() as rehearsal:
        receive(rehearsal, text="inside", telegram_message_id=5)
        receive(rehearsal, text="inside, edited", telegram_message_id=5, edited=True)
        receive(rehearsal, 43)
        rehearsal.set_status(42, OPERATOR, ChatStatus.CLOSED)
        answer(rehearsal)
        operator = rehearsal.add_operator("anna", None)
        assert rehearsal.find_operator_by_id(operator.operator_id) == operator
        assert [m.text for m in rehearsal.stream_messages(42, OPERATOR)] == ["before", "inside, edited", "hello"]
        assert rehearsal.count_chats(OPERATOR) == ChatCounts(1, 1)
        rehearsal.check()
    assert [m.text for m in store.list_messages(42, OPERATOR, before=None, limit=None)] == ["before"]
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)
    assert store.find_chat(43, OPERATOR) is None
    assert store.find_operator("anna") is None
    assert receive(store).message.seq == 2


def test_a_transaction_is_rolled_back_by_an_error_too(store: Store) -> None:
    """The error comes out as it is."""

    def rehearse() -> None:
        with store.transaction() as rehearsal:
            receive(rehearsal)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rehearse()
    assert store.find_chat(42, OPERATOR) is None
