"""Telegram is away, loses answers, asks for patience, refuses; and what becomes of the answers meanwhile."""

from __future__ import annotations

import socket
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.support.deadline import eventually
from tests.support.ledgers import Ledgers
from tests.support.ports import free_port
from tests.support.stores import OPERATOR, UNHURRIED, answer, postgres_store, receive

from opchat_core import connect
from opchat_core.delivery import MAX_AGE, Courier
from opchat_core.model import Delivery, DeliveryStatus, Message
from opchat_core.telegram import TelegramSender
from opchat_core.testing import MovableClock
from opchat_core.testing.simulator import LedgerEntry, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.conftest import Post
    from tests.support.processes import Processes

    from opchat_core.ports import Store

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # of the simulator


@contextmanager
def courier(store: Store, api_url: str) -> Iterator[Courier]:
    """Takes answers to Telegram at an address, in this process."""
    with closing(TelegramSender(TOKEN, api_url)) as sender:
        yield Courier(store, {OPERATOR: sender}, pace=UNHURRIED)


def outgoing(store: Store, user_id: int) -> list[Message]:
    """The answers to a user."""
    return [m for m in store.list_messages(user_id, OPERATOR, before=None, limit=None) if m.delivery]


def deliver(courier: Courier, *users: int) -> None:
    """Take an answer of each chat that is due."""
    for user_id in users or (42,):
        courier.deliver_chat(user_id, OPERATOR, upto=1)


def attempts(store: Store, *users: int) -> int:
    """How often answers to users were taken to Telegram."""
    return sum(m.delivery.attempts for user_id in users for m in outgoing(store, user_id) if m.delivery)


# Away


def test_telegram_is_down_for_half_an_hour(clean_database: str) -> None:
    """What waits stays queued, is tried half a minute apart at most, and leaves in order when Telegram is back."""
    clock, port = MovableClock(), free_port()
    users, texts = range(1, 21), ["one", "two", "three"]
    with postgres_store(clean_database, clock, size=2) as store, courier(store, f"http://127.0.0.1:{port}") as taking:
        for user_id in users:
            receive(store, user_id)
            for text in texts:
                answer(store, user_id, text)
        start, tries = clock.now(), [clock.now()]
        while clock.now() - start < timedelta(minutes=30):
            before = attempts(store, *users)
            deliver(taking, *users)
            if attempts(store, *users) > before:
                tries.append(clock.now())
            due = store.next_due(OPERATOR)
            assert due is not None
            assert due <= timedelta(seconds=30)
            clock.advance(max(due, timedelta(milliseconds=20)))
        pauses = [later - earlier for earlier, later in pairwise(tries)]
        assert max(pauses) <= timedelta(seconds=31)
        waiting = [m for user_id in users for m in outgoing(store, user_id)]
        assert {m.delivery.status for m in waiting if m.delivery} == {DeliveryStatus.QUEUED}
        assert attempts(store, *users) < 80, "a Telegram that is away was stormed"
        with Simulator(port) as simulator:
            for user_id in users:
                simulator.user(user_id)
            while (due := store.next_due(OPERATOR)) is not None:
                clock.advance(due)
                deliver(taking, *users)
            assert all([m.text for m in simulator.sent(user_id)] == texts for user_id in users)
            Ledgers(simulator, clean_database).assert_out_agrees()


def test_what_waits_for_a_day_expires(clean_database: str, simulator: Simulator) -> None:
    """Telegram was away for longer than an answer makes sense: it fails, says why, and Telegram never sees it."""
    clock = MovableClock()
    with postgres_store(clean_database, clock, size=2) as store, courier(store, simulator.url) as taking:
        simulator.user(42)
        receive(store)
        answer(store, text="of yesterday")
        clock.advance(MAX_AGE - timedelta(seconds=1))
        answer(store, text="of today")
        clock.advance(timedelta(seconds=1))
        deliver(taking)
        old, new = (message.delivery for message in outgoing(store, 42))
    assert old is not None
    assert old.error is not None
    assert (old.status, old.error.code, old.attempts) == (DeliveryStatus.FAILED, "expired", 0)
    assert new == Delivery(DeliveryStatus.SENT, attempts=1)
    assert [m.text for m in simulator.sent(42)] == ["of today"]


# Not sent, and tried again


def not_sent(store: Store, api_url: str) -> str:
    """Queue an answer and try to send it; why it still waits."""
    receive(store)
    answer(store)
    with courier(store, api_url) as taking:
        deliver(taking)
    (message,) = outgoing(store, 42)
    assert message.delivery is not None
    assert message.delivery.status is DeliveryStatus.QUEUED
    assert message.delivery.error is not None
    assert message.delivery.error.code == "unreachable"
    return message.delivery.error.message


def arrives_once(store: Store, database_url: str, port: int = 0) -> None:
    """Telegram is back, at a port: one copy of the answer arrives, and nobody had to do anything."""
    with Simulator(port) as simulator, courier(store, simulator.url) as taking:
        simulator.user(42)

        def arrives() -> bool:
            deliver(taking)
            return attempts(store, 42) == 2

        eventually(arrives, what="the next attempt")
        (message,) = outgoing(store, 42)
        assert message.delivery == Delivery(DeliveryStatus.SENT, attempts=2)
        assert [m.text for m in simulator.sent()] == [message.text]
        Ledgers(simulator, database_url).assert_out_agrees()


def test_a_refused_connection_is_tried_again(clean_database: str) -> None:
    """Nobody listens there at first."""
    port = free_port()
    with postgres_store(clean_database, size=2) as store:
        assert "ConnectError" in not_sent(store, f"http://127.0.0.1:{port}")
        arrives_once(store, clean_database, port)


def test_an_unknown_host_is_tried_again(clean_database: str) -> None:
    """The name of Telegram cannot be resolved for a while."""
    with postgres_store(clean_database, size=2) as store:
        assert "ConnectError" in not_sent(store, "http://telegram.invalid")
        arrives_once(store, clean_database)


def test_a_connection_that_nobody_answers_is_tried_again(clean_database: str) -> None:
    """The machine is there, and its kernel lets connections wait."""
    with ExitStack() as opened:
        silent = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = silent.getsockname()
        opened.enter_context(socket.create_connection(address))  # the one for which there is room
        store = opened.enter_context(postgres_store(clean_database, size=2))
        assert "ConnectTimeout" in not_sent(store, f"http://127.0.0.1:{address[1]}")
        arrives_once(store, clean_database)


# In doubt


@pytest.mark.parametrize(
    ("fault", "copies"),
    [
        ("server_error", 0),
        ("server_error_after", 1),
        ("cut_before", 0),
        ("cut_after", 1),
        ("cut_midway", 1),
        ("half_json", 1),
    ],
)
def test_an_answer_that_is_lost_leaves_doubt(
    post: Post, ledgers: Ledgers, simulator: Simulator, fault: str, copies: int
) -> None:
    """Whether Telegram accepted cannot be told from here: never a second copy, no traceback, and the next one goes."""
    lost, behind = post.queue(42, "one", "two")
    simulator.fail("sendMessage", fault)
    worker = post.worker()
    eventually(lambda: post.statuses(lost, behind) == ["unknown", "sent"], what="the end of both")
    error = post.delivery(lost).error
    assert error is not None
    assert error.code == "answer_lost"
    assert [m.text for m in simulator.sent(42)] == ["one"] * copies + ["two"]
    ledgers.assert_out_agrees()
    assert worker.terminate() == 0
    assert "Traceback" not in worker.output()


def test_a_storm_of_lost_answers_does_not_put_the_queue_in_doubt(
    post: Post, ledgers: Ledgers, simulator: Simulator
) -> None:
    """A proxy in front of Telegram answers 502 for some seconds: few answers are tried, and the others wait."""
    keys = [post.queue(user_id, "hello")[0] for user_id in range(1, 101)]
    simulator.fail("sendMessage", "server_error", times=None)
    for _ in range(2):
        post.worker(workers=4)
    eventually(lambda: post.store.backlog(OPERATOR).wait_reason == "answer_lost", what="a wait of the bot")
    for what in ("a try after it", "one more"):
        tried = len(simulator.ledger("sendMessage"))
        eventually(lambda tried=tried: len(simulator.ledger("sendMessage")) > tried, within=20, what=what)  # type: ignore[misc] # a default that binds the loop's value
    assert post.store.backlog(OPERATOR).queued > 80
    simulator.clear_faults()
    eventually(ledgers.settled, within=20, what="an empty queue")
    ended = post.statuses(*keys)
    assert ended.count("unknown") <= 12  # eight that were under way at once, and those that were tried alone
    assert ended.count("sent") == 100 - ended.count("unknown")
    ledgers.assert_out_agrees()


# 429


def test_a_limited_chat_waits_and_the_others_go_on(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """Telegram lets one chat wait: no process asks for it meanwhile, and the answers to others leave at once."""
    post.queue(1, "one", "two")
    simulator.fail("sendMessage", "too_many_requests", retry_after=8, chat_id=1)
    for _ in range(3):
        post.worker()
    eventually(lambda: bool(simulator.ledger("sendMessage")), what="the refusal")
    others = [key for user_id in range(2, 22) for key in post.queue(user_id, "one", "two")]
    eventually(lambda: {*post.statuses(*others)} == {"sent"}, within=6, what="delivery to the others")
    eventually(ledgers.settled, what="an empty queue")
    refused, *calls = [entry for entry in simulator.ledger("sendMessage") if entry.params["chat_id"] == "1"]
    assert refused.status == 429
    assert (calls[0].time - refused.time).total_seconds() >= 7.9
    assert [entry.status for entry in calls] == [200, 200]
    ledgers.assert_out_agrees()


def test_a_limited_bot_waits_in_all_processes(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """Telegram lets one chat after the other wait: it means the bot, and then nobody calls until it is over."""
    for user_id in range(1, 41):
        post.queue(user_id, "one", "two")
    for _ in range(2):
        simulator.fail("sendMessage", "too_many_requests", retry_after=4)
    for _ in range(3):
        post.worker(hurry=False)
    eventually(ledgers.settled, within=40, what="an empty queue")
    calls = simulator.ledger("sendMessage")
    refused = [entry.time for entry in calls if entry.status == 429]
    assert len(refused) == 2
    asked = [(entry.time - refused[1]).total_seconds() for entry in calls if entry.time > refused[1]]
    quiet = [seconds for seconds in asked if 1.0 < seconds < 3.9]  # a second for what was under way
    assert quiet == []
    assert asked[-1] > 3.9
    ledgers.assert_out_agrees()


def test_the_pace_of_telegram_is_kept_by_all_processes(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """However many workers there are: after a few at once, 20 answers a second in all, and one a second in a chat."""
    for user_id in range(1, 41):
        post.queue(user_id, "one", "two")
    post.queue(99, *(str(number) for number in range(16)))
    for _ in range(4):
        post.worker(hurry=False)
    eventually(ledgers.settled, within=30, what="an empty queue")
    calls = simulator.ledger("sendMessage")
    assert {entry.status for entry in calls} == {200}
    chatty = [entry for entry in calls if entry.params["chat_id"] == "99"]
    assert took(calls) >= (len(calls) - 8) / 20 * 0.9  # a call may take longer on its way than the next one
    assert took(chatty) >= (len(chatty) - 10) * 0.9
    ledgers.assert_out_agrees()


def took(calls: list[LedgerEntry]) -> float:
    """The seconds between the first and the last of some calls."""
    return (calls[-1].time - calls[0].time).total_seconds()


def test_a_single_reply_leaves_at_once(post: Post, simulator: Simulator) -> None:
    """While a thousand answers wait for their turn, an operator who answers somebody is not told to wait."""
    for user_id in range(1, 101):
        post.queue(user_id, *map(str, range(10)))
    for user_id in (501, 502):
        post.queue(user_id)
    for _ in range(2):
        post.worker(hurry=False)
    eventually(lambda: len(simulator.sent()) > 20, what="a queue under way")
    with connect(post.settings["DATABASE_URL"], bot_token=simulator.token, telegram_api_url=simulator.url) as chat:
        for user_id in (501, 502):
            sent = chat.reply(user_id, "At once")
            assert sent.delivery is not None
            assert sent.delivery.status is DeliveryStatus.SENT
    assert post.store.backlog(OPERATOR).queued > 500


# Refused


def test_a_user_blocks_the_bot_while_answers_wait(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """Each answer to them is tried once and fails with the reason; the answers to others arrive."""
    keys = post.queue(42, "one", "two", "three")
    others = post.queue(43, "one", "two")
    simulator.block(42)
    for _ in range(2):
        post.worker()
    eventually(ledgers.settled, what="the end of all")
    assert post.statuses(*keys, *others) == ["failed"] * 3 + ["sent"] * 2
    errors = {(delivery.attempts, delivery.error and delivery.error.code) for delivery in map(post.delivery, keys)}
    assert errors == {(1, "blocked_by_user")}
    chat = post.store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.blocked_by_user
    ledgers.assert_out_agrees()


def test_a_revoked_token_stops_the_sender_and_keeps_the_queue(
    post: Post, ledgers: Ledgers, simulator: Simulator, processes: Processes
) -> None:
    """The answer at hand fails, the others stay queued, `doctor` says why, and all processes go on by themselves."""
    post.queue(42, "first")
    simulator.fail("*", "unauthorized", times=None)
    for _ in range(2):
        post.worker()
    eventually(lambda: post.store.is_paused(OPERATOR), what="the pause")
    waiting = [key for user_id in range(50, 60) for key in post.queue(user_id, "one", "two")]
    eventually(lambda: len(simulator.ledger("getMe")) >= 2, within=15, what="questions about the token")
    assert {*post.statuses(*waiting)} == {"queued"}
    assert len(simulator.ledger("sendMessage")) == 1
    doctor = processes.opchat("doctor", environment=post.settings)
    doctor.wait()
    assert "paused: Unauthorized" in doctor.output()
    assert post.store.bot_health(OPERATOR).stall == "unauthorized"  # what the dashboard's bar and `/readyz` say
    simulator.clear_faults()
    eventually(ledgers.settled, within=15, what="an empty queue")
    assert {*post.statuses(*waiting)} == {"sent"}
    assert not post.store.is_paused(OPERATOR)
    assert post.store.bot_health(OPERATOR).stall is None
    ledgers.assert_out_agrees()
