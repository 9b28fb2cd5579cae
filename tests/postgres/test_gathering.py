"""Messages that come at the same time share a commit, and none of them can tell."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread, main_thread
from typing import TYPE_CHECKING, Any

import attrs
import psycopg
import pytest
from tests.support.deadline import eventually
from tests.support.stores import ALWAYS, OPERATOR, receive
from tests.support.threads import at_once

from opchat_core import connect
from opchat_core.errors import DatabaseUnavailable, InvalidInput
from opchat_core.model import ChatStatus, IncomingMessage, Media, MessageType
from opchat_core.postgres.database import Database
from opchat_core.postgres.gathering import LEADERS, MOST, Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opchat_core.model import Received
    from opchat_core.postgres import PostgresRepository

RICH: list[dict[str, Any]] = [
    {"text": "plain"},
    {"text": "named", "first_name": "Анна", "last_name": "", "username": "anna", "language_code": "ru"},
    {"text": "bold", "entities": [{"type": "bold", "offset": 0, "length": 4}], "update_id": 5},
    {"text": "", "message_type": MessageType.PHOTO, "media": Media(file_id="f", width=3), "media_group_id": "album"},
    {"text": "", "message_type": MessageType.LOCATION, "payload": {"latitude": 1.5}, "telegram_message_id": 7},
    {"text": "again", "telegram_message_id": 7, "edited": True},
    {"text": "to the place", "reply_to_telegram_message_id": 7, "context": {"quote": {"text": "x"}}},
    {"text": "sent elsewhere", "direction": "out", "operator": "olga", "telegram_message_id": 8},
    {"text": "early", "created_at": "2026-01-02T03:04:05Z"},
    {"text": "a stranger", "verified": False},
]
"""Messages of one chat in which every column is used."""


@contextmanager
def held(store: PostgresRepository, url: str, user_id: int) -> Iterator[None]:
    """Keep one leader waiting for the lock of a chat."""
    receive(store, user_id)
    blocked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid)))"
    with psycopg.connect(url) as connection, ThreadPoolExecutor(1) as leader:
        connection.execute("SELECT FROM opchat.user_data WHERE user_id = %s FOR UPDATE", [user_id])
        led = leader.submit(receive, store, user_id)
        with psycopg.connect(url, autocommit=True) as observer:
            eventually(lambda: observer.execute(blocked, [connection.info.backend_pid]).fetchone() == (True,))
        yield
        connection.rollback()
        assert not led.result(30).duplicate


@contextmanager
def company(store: PostgresRepository, url: str) -> Iterator[ThreadPoolExecutor]:
    """Let whoever comes through this pool wait while all leaders are busy; in the end one of them takes all at once."""
    assert LEADERS == 2
    with held(store, url, 901), ThreadPoolExecutor(16) as pool, held(store, url, 902):
        yield pool


def bare(received: Received) -> dict[str, Any]:
    """What was stored, without what differs between two chats and moments."""
    stored = attrs.asdict(received)
    for name in ("user_id", "created_at", "edited_at"):
        del stored["message"][name]
    return stored


def test_together_is_the_same_as_alone(store: PostgresRepository, clean_database: str) -> None:
    """Whatever a message has is stored with it, in company too, and each caller is told of its own."""
    for user_id in (1, 2):
        receive(store, user_id)
    alone = [receive(store, 1, **message) for message in RICH]
    with psycopg.connect(clean_database, autocommit=True) as connection:
        transaction = "SELECT count(DISTINCT xmin::text) FROM opchat.chat_messages WHERE user_id = 2 AND seq > 1"
        with company(store, clean_database) as pool:
            futures = []
            for message in RICH:
                futures.append(pool.submit(receive, store, 2, **message))
                time.sleep(0.02)  # their order is that in which they come
        assert [bare(future.result()) for future in futures] == [bare(one) for one in alone]
        assert connection.execute(transaction).fetchone() == (1,)


def test_one_that_cannot_be_stored_fails_no_other(store: PostgresRepository, clean_database: str) -> None:
    """Each caller gets its own error, duplicate or message."""
    for user_id in (1, 2, 3):
        receive(store, user_id, telegram_message_id=5)

    def report(number: int) -> str:
        match number:
            case 0:
                message: dict[str, Any] = {"user_id": 1, "created_at": "2100-01-01T00:00:00Z"}
            case 1:
                message = {"user_id": 2, "telegram_message_id": 5}
            case _:
                message = {"user_id": 1 + number % 3}
        try:
            return "duplicate" if receive(store, **message).duplicate else "stored"
        except InvalidInput as error:
            return error.errors[0].field

    with company(store, clean_database) as pool:
        futures = [pool.submit(report, number) for number in range(6)]
    assert [future.result() for future in futures] == ["created_at", "duplicate"] + ["stored"] * 4


def test_what_the_database_cannot_take_fails_alone(store: PostgresRepository, clean_database: str) -> None:
    """A value that no rule has seen spoils the common statement; then each goes by itself."""
    for user_id in (1, 2):
        receive(store, user_id)

    broken = IncomingMessage(user_id=1, text="x")
    object.__setattr__(broken, "text", "\x00")
    with company(store, clean_database) as pool:
        bad = pool.submit(store.receive, broken, verified=True, operator=None, reopen=ALWAYS)
        good = [pool.submit(receive, store, 2) for _ in range(3)]
    with pytest.raises(InvalidInput):
        bad.result(30)
    assert sorted(future.result(30).message.seq for future in good) == [2, 3, 4]


@pytest.mark.parametrize("away", [False, True], ids=["a mistake", "the store away"])
def test_of_many_each_gets_its_own_error(clean_database: str, monkeypatch: pytest.MonkeyPatch, *, away: bool) -> None:
    """What has to go alone and fails, foreseen or not, hides from nobody that others were stored."""
    heard: list[str | None] = []
    with connect(clean_database) as chat:
        chat.receive(user_id=1, text="here")
        chat.hooks.on_message(lambda message: heard.append(message.text))
        fetch_one = Database.fetch_one

        def fail(database: Database, statement: Any, to_row: Any, parameters: Any) -> Any:
            if parameters["user_id"] == 3:
                raise DatabaseUnavailable("away") if away else LookupError("a mistake")
            return fetch_one(database, statement, to_row, parameters)

        monkeypatch.setattr(Database, "fetch_one", fail)
        messages = [IncomingMessage(user_id=user_id, text=str(user_id)) for user_id in (1, 2, 3, 1, 4)]
        told = chat.take_in_all(messages)
    assert isinstance(told[2], DatabaseUnavailable if away else LookupError)
    stored = [one.message.text for one in told if not isinstance(one, Exception)]
    assert stored == heard == (["1", "2", "1"] if away else ["1", "2", "1", "4"])
    assert told[4] is told[2] or not away


def test_new_and_closed_chats_are_counted_all_the_same(store: PostgresRepository, clean_database: str) -> None:
    """What moves a counter goes alone, also when it comes in company."""
    receive(store, 1)
    store.set_status(1, OPERATOR, ChatStatus.CLOSED)
    with company(store, clean_database) as pool:
        futures = [pool.submit(receive, store, user_id) for user_id in (1, 1, 2, 2, 3, 4)]
    assert not any(future.result().duplicate for future in futures)
    counts = store.count_chats(OPERATOR)
    assert (counts.open, counts.closed) == (4 + LEADERS, 0)


def test_nobody_waits_in_a_circle(store: PostgresRepository) -> None:
    """Batches, renames, closings and erasures of the same few users, with two bots, end without a deadlock."""

    def act(number: int) -> None:
        for step in range(12):
            user_id = 1 + (number * 5 + step * 3) % 6
            match (number + step) % 8:
                case 0:
                    store.set_status(user_id, OPERATOR, ChatStatus.CLOSED)
                case 1:
                    store.forget_chat(user_id, OPERATOR)
                case _:
                    bot_type = "other" if number % 2 else OPERATOR
                    receive(store, user_id, bot_type=bot_type, first_name=f"Name {number} {step}")

    at_once(16, act)


def test_a_lost_commit_is_told_to_all_who_shared_it() -> None:
    """Nobody knows whether it happened, and each asks again by its key."""
    hold, calls = Event(), list[int]()

    def act(items: Sequence[int]) -> Sequence[int]:
        calls.append(len(items))
        hold.wait(30)
        if items[0] >= 10:
            raise DatabaseUnavailable("gone")
        return items

    gathering = Gathering(act)
    with ThreadPoolExecutor(LEADERS + 5) as pool:
        first = [pool.submit(gathering.do, number) for number in range(LEADERS)]
        eventually(lambda: len(calls) == LEADERS)
        others = [pool.submit(gathering.do, number) for number in range(10, 15)]
        eventually(lambda: gathering.waiting == 5)
        hold.set()
        assert [future.result(30) for future in first] == list(range(LEADERS))
        errors = [future.exception(30) for future in others]
    assert all(isinstance(error, DatabaseUnavailable) for error in errors)
    assert gathering.do(7) == 7  # and it goes on


def test_a_crowd_goes_in_bounded_groups() -> None:
    """However many wait, one statement takes so many of them, and every one gets its own result."""
    sizes: list[int] = []

    def act(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        time.sleep(0.002)
        return [-item for item in items]

    gathering = Gathering(act)
    results = at_once(3 * MOST, lambda number: [gathering.do(number), gathering.do(number + 1)])
    assert results == [[-number, -number - 1] for number in range(3 * MOST)]
    assert max(sizes) <= MOST
    assert sum(sizes) == 6 * MOST
    assert len(sizes) < 3 * MOST


@pytest.fixture
def keyboard_interrupts() -> Iterator[None]:
    """Let SIGINT mean what it means in a program, also in a process of pytest-xdist, which leaves it to the first."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_caller_takes_nobody_with_it(keyboard_interrupts: None) -> None:
    """Ctrl-C ends the wait of the one at the keyboard; the others are served, and so is whoever comes later."""
    hold = Event()

    def act(items: Sequence[int]) -> Sequence[int]:
        hold.wait(30)
        return items

    gathering = Gathering(act)
    with ThreadPoolExecutor(LEADERS + 1) as pool:
        futures = [pool.submit(gathering.do, number) for number in range(LEADERS + 1)]
        eventually(lambda: gathering.waiting == 1)

        def interrupt() -> None:
            eventually(lambda: gathering.waiting == 2)
            signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
            eventually(lambda: gathering.waiting == 1)
            hold.set()

        keyboard = Thread(target=interrupt)
        keyboard.start()
        with pytest.raises(KeyboardInterrupt):
            gathering.do(99)
        keyboard.join()
        assert [future.result(30) for future in futures] == list(range(LEADERS + 1))
    assert gathering.do(7) == 7
