"""What holds when many write at once: no gaps, no doubles, nothing missed."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.support.deadline import eventually
from tests.support.stores import OPERATOR, UNHURRIED, WAIT, answer, claim, receive
from tests.support.threads import at_once

from opchat_core.delivery import Courier
from opchat_core.errors import AnsweredByColleague
from opchat_core.model import (
    Answer,
    Charge,
    ChatCounts,
    ChatStatus,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Media,
    Message,
    MessageType,
    Outcome,
    Rate,
    Sent,
    Upload,
)
from opchat_core.testing import RecordingSender

if TYPE_CHECKING:
    from opchat_core.postgres import PostgresRepository

WRITERS = 8
EACH = 25


def test_a_chat_has_no_gaps_under_many_writers(store: PostgresRepository) -> None:
    """Numbers are 1, 2, 3 and so on, revisions too, and the chat's summary is that of its messages."""

    def write(writer: int) -> list[int]:
        return [receive(store, text=f"{writer}-{number}").message.seq for number in range(EACH)]

    results = at_once(WRITERS, write)
    messages = store.list_messages(42, OPERATOR, before=None, limit=None)
    assert [m.seq for m in messages] == list(range(1, WRITERS * EACH + 1))
    assert sorted(m.revision for m in messages) == list(range(1, WRITERS * EACH + 1))
    assert all(seqs == sorted(seqs) for seqs in results)
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.unread_count == chat.revision == WRITERS * EACH
    assert chat.last_message == messages[-1]
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)


def test_an_allowance_is_charged_so_often_and_not_once_more(store: PostgresRepository) -> None:
    """Callers with many allowances, in any order, neither wait for each other for ever nor count past each other."""
    shared = [Charge.of(Rate(20, timedelta(hours=1)), "shared", str(number)) for number in range(4)]

    def knock(caller: int) -> int:
        mine = Charge.of(Rate(1000, timedelta(hours=1)), "mine", str(caller))
        charges = [*shared, mine] if caller % 2 else [mine, *reversed(shared)]
        return sum(not store.charge(charges) for _ in range(EACH))

    assert sum(at_once(WRITERS, knock)) == 20


def test_the_same_message_twenty_times_at_once_is_one(store: PostgresRepository) -> None:
    """The chat, the user and the message are new to all of them, and still there is one row each."""
    results = at_once(20, lambda _: receive(store, text="hi", telegram_message_id=7, first_name="Anna"))
    assert Counter(received.duplicate for received in results) == {True: 19, False: 1}
    assert len({received.message.key for received in results}) == 1
    assert len(store.list_messages(42, OPERATOR, before=None, limit=None)) == 1
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)


def test_the_same_edit_twenty_times_at_once_is_one_version(store: PostgresRepository) -> None:
    """Telegram may deliver an edit to several processes."""
    message = receive(store, text="one", telegram_message_id=7).message
    results = at_once(20, lambda _: receive(store, text="two", telegram_message_id=7, edited=True))
    assert sum(received.updated for received in results) == 1
    assert len(store.list_versions(message.key)) == 1


def test_the_same_request_at_once_is_one_answer(store: PostgresRepository) -> None:
    """A client that repeats itself on two connections answers once."""
    receive(store)
    keys = at_once(20, lambda _: answer(store, client_message_id="key").key)
    assert len(set(keys)) == 1
    assert len(store.list_messages(42, OPERATOR, before=None, limit=None)) == 2


def test_of_operators_who_answer_at_once_one_wins(store: PostgresRepository) -> None:
    """All have seen the same message; one answer is stored, the others are shown it."""
    receive(store)

    def reply(number: int) -> str:
        try:
            return answer(store, operator=f"operator {number}", last_seen_seq=1).operator or ""
        except AnsweredByColleague as error:
            (seen,) = error.messages
            return f"saw {seen.operator}"

    results = at_once(8, reply)
    (winner,) = [result for result in results if not result.startswith("saw")]
    assert results.count(f"saw {winner}") == 7


def test_new_users_at_once_are_all_counted(store: PostgresRepository) -> None:
    """Counters are shared by sixteen shards; none loses a chat, opened or closed."""
    at_once(16, lambda number: [receive(store, 1 + number * 10 + step) for step in range(10)])
    assert store.count_chats(OPERATOR) == ChatCounts(160, 0)
    at_once(8, lambda _: [store.set_status(1 + step, OPERATOR, ChatStatus.CLOSED) for step in range(100)])
    assert store.count_chats(OPERATOR) == ChatCounts(60, 100)
    at_once(8, lambda _: [receive(store, 1 + step) for step in range(50)])
    assert store.count_chats(OPERATOR) == ChatCounts(110, 50)


def test_a_reader_of_changes_misses_none(store: PostgresRepository) -> None:
    """Asking on from the revision of the last look gathers every message in its last state, while eight write."""
    receive(store)
    done = Event()

    def write(writer: int) -> None:
        for number in range(EACH):
            telegram_message_id = writer * 1000 + number + 1
            receive(store, text="draft", telegram_message_id=telegram_message_id)
            receive(store, text="final", telegram_message_id=telegram_message_id, edited=True)

    seen: dict[int, Message] = {}

    def look(revision: int) -> int:
        chat = store.find_chat(42, OPERATOR)
        assert chat is not None
        for message in store.list_changes(42, OPERATOR, after=revision):
            seen[message.seq] = message
        return chat.revision

    def watch() -> None:
        revision = 0
        while not done.is_set():
            revision = look(revision)
        look(revision)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        at_once(WRITERS, write)
    finally:
        done.set()
        watcher.join(30)
    assert seen == {m.seq: m for m in store.list_messages(42, OPERATOR, before=None, limit=None)}


def test_several_workers_take_each_answer_once(store: PostgresRepository) -> None:
    """Eight workers, forty chats of three answers: each is sent once, in the order of its chat."""
    chats, answers = 40, 3
    for user_id in range(1, chats + 1):
        receive(store, user_id)
        for number in range(answers):
            answer(store, user_id, text=str(number))

    def work(worker: int) -> list[Message]:
        taken: list[Message] = []
        while store.next_due(OPERATOR) is not None:
            for message in claim(store, limit=4):
                taken.append(message)
                assert store.complete(message, Sent(worker * 10_000 + len(taken)), wait=WAIT) is not None
        return taken

    taken = [message for messages in at_once(WRITERS, work) for message in messages]
    assert len(taken) == len({message.key for message in taken}) == chats * answers
    assert all(message.delivery and message.delivery.attempts == 1 for message in taken)
    for user_id in range(1, chats + 1):
        sent = store.list_messages(user_id, OPERATOR, before=None, limit=None)[1:]
        order = sorted((m.revision, m.text) for m in sent)
        assert [text for _, text in order] == [str(number) for number in range(answers)]
        assert all(m.delivery and m.delivery.status is DeliveryStatus.SENT for m in sent)


def test_claims_hold_up_nobody_who_writes(store: PostgresRepository, clean_database: str) -> None:
    """The budget of a bot is one row, and only claims wait for it: users and operators write all the same."""
    receive(store)
    answer(store)
    assert len(claim(store)) == 1
    with psycopg.connect(clean_database) as slow:
        slow.execute("SELECT FROM opchat.bots FOR UPDATE")
        at_once(WRITERS, lambda number: [receive(store, 1 + number), answer(store, 1 + number)])
    assert len(claim(store)) == WRITERS


def test_results_and_claims_of_all_kinds_do_not_deadlock(store: PostgresRepository) -> None:
    """Chats and bots are locked in one order: whatever meets, nobody has to be sacrificed."""
    users = range(1, 9)
    for user_id in users:
        receive(store, user_id)
        for _ in range(10):
            answer(store, user_id)

    def work(number: int) -> None:
        ends: list[Outcome] = [Sent(1), Deferred(DeliveryError("rate_limited", "x"))]
        for step in range(30):
            user_id = 1 + (number + step) % 8 if number % 2 else None
            for message in claim(store, limit=4, user_id=user_id):
                store.complete(message, ends[(number + step) % 2], wait=timedelta(0))

    at_once(WRITERS, work)
    assert not store.backlog(OPERATOR).sending


def _wait_for_one_blocked_by(holder: psycopg.Connection, observer: psycopg.Connection) -> None:
    blocked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid)))"
    eventually(lambda: observer.execute(blocked, [holder.info.backend_pid]).fetchone() == (True,), what="a wait")


def test_a_chat_that_is_reopened_takes_its_counter_before_its_user(
    store: PostgresRepository, clean_database: str
) -> None:
    """As whoever forgets a chat does: two who took them crosswise could wait for each other."""
    receive(store, first_name="Anna")
    store.set_status(42, OPERATOR, ChatStatus.CLOSED)
    with (
        ThreadPoolExecutor(1) as user,
        psycopg.connect(clean_database) as holder,
        psycopg.connect(clean_database, autocommit=True) as observer,
    ):
        holder.execute("SELECT FROM opchat.users FOR UPDATE")
        received = user.submit(receive, store, first_name="Bea")
        _wait_for_one_blocked_by(holder, observer)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            observer.execute("SELECT FROM opchat.chat_counts FOR UPDATE NOWAIT")
        holder.rollback()
        assert received.result(30).message.seq == 2
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)


def test_an_album_that_waits_for_the_name_of_a_file_holds_up_no_other_chat(
    store: PostgresRepository, clean_database: str
) -> None:
    """Its results are one commit, and the bot, which everybody needs, learns of them last."""
    for user_id in (43, 42):
        receive(store, user_id)
    answer(store, 43)
    (unlucky,) = claim(store)
    store.complete(unlucky, Deferred(DeliveryError("unreachable", "x"), timedelta(hours=1)), wait=WAIT)
    numbers = [store.keep_file([name], fingerprint=name) for name in (b"1", b"2")]
    files = [
        Upload(number=number, kind=MessageType.PHOTO, file_name="a.png", mime_type="image/png", size=1)
        for number in numbers
    ]
    album = store.queue_answer(42, OPERATOR, Answer(files=files), operator=None).messages
    sender = RecordingSender()
    sender.script(lambda message: Sent(message.seq, Media(file_id=f"F{message.seq}")))
    courier = Courier(store, {OPERATOR: sender}, pace=UNHURRIED)
    with (
        ThreadPoolExecutor(1) as worker,
        psycopg.connect(clean_database) as holder,
        psycopg.connect(clean_database, autocommit=True) as observer,
    ):
        holder.execute("INSERT INTO opchat.known_files VALUES (%s, %s, 'F', now())", [OPERATOR, b"2"])
        sending = worker.submit(courier.deliver_chat, 42, OPERATOR, upto=album[-1].seq)
        _wait_for_one_blocked_by(holder, observer)
        observer.execute("SELECT FROM opchat.bots FOR UPDATE NOWAIT")
        holder.rollback()
        sending.result(30)
    assert store.backlog(OPERATOR).queued == 1, "only the unlucky one is left"


def test_a_claim_for_one_chat_waits_for_the_worker_that_has_it_in_hand(store: PostgresRepository) -> None:
    """Whoever comes first gets the answer, and nobody else does."""
    for user_id in range(1, 11):
        receive(store, user_id)
        answer(store, user_id)

    def take(number: int) -> list[Message]:
        if number % 2:
            return list(claim(store))
        return [message for user_id in range(1, 11) for message in claim(store, user_id=user_id)]

    taken = [message.key for messages in at_once(8, take) for message in messages]
    assert len(taken) == len(set(taken)) == 10


def test_a_result_and_the_end_of_its_lease_at_once(store: PostgresRepository) -> None:
    """Either the result counts or the doubt does; the chat is never left with a lease that nobody holds."""
    for user_id in range(1, 11):
        receive(store, user_id)
        answer(store, user_id)
    held = claim(store, lease=timedelta(0))
    assert len(held) == 10

    def race(number: int) -> object:
        if number % 2:
            return claim(store)
        return [store.complete(message, Sent(1), wait=WAIT) for message in held]

    at_once(4, race)
    claim(store)
    backlog = store.backlog(OPERATOR)
    assert (backlog.queued, backlog.sending) == (0, 0)
    assert store.next_due(OPERATOR) is None


def test_forgetting_and_receiving_at_once_leaves_whole_chats(store: PostgresRepository) -> None:
    """Whatever comes first, a chat that exists has its user, its count and its messages from 1 on."""

    def act(number: int) -> None:
        for step in range(15):
            if number % 4:
                receive(store, text="x", first_name="Anna", telegram_message_id=1 + number * 100 + step)
            else:
                store.forget_chat(42, OPERATOR)

    at_once(8, act)
    receive(store, text="last")
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    messages = store.list_messages(42, OPERATOR, before=None, limit=None)
    assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
    assert chat.unread_count == len(messages)
    assert store.count_chats(OPERATOR) == ChatCounts(1, 0)


def test_a_secret_and_a_name_are_given_once(store: PostgresRepository) -> None:
    """Processes that start at once agree on the secret; of operators with one name, one is made."""
    from opchat_core.errors import OperatorExists

    assert len(set(at_once(8, lambda number: store.shared_secret("sessions", str(number))))) == 1

    def add(_: int) -> bool:
        try:
            store.add_operator("anna", None)
        except OperatorExists:
            return False
        return True

    assert sum(at_once(8, add)) == 1


def test_two_chats_that_are_limited_at_once_mean_the_bot(store: PostgresRepository) -> None:
    """The second refusal sees the first, although both are stored at the same moment."""
    busy = Deferred(DeliveryError("rate_limited", "x"), timedelta(minutes=1))
    held: dict[str, tuple[Message, ...]] = {}
    for bot_type in "abcdefghij":
        for user_id in (1, 2):
            receive(store, user_id, bot_type=bot_type)
            answer(store, user_id, bot_type=bot_type)
        held[bot_type] = claim(store, bot_type=bot_type)
    at_once(2, lambda number: [store.complete(messages[number], busy, wait=WAIT) for messages in held.values()])
    assert {store.backlog(bot_type).wait_reason for bot_type in held} == {"rate_limited"}
