"""Taking answers to Telegram: once each, in order, with the truth about the result."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest
from tests.support.deadline import eventually
from tests.support.stores import OPERATOR, UNHURRIED, answer, claim, receive

from opchat_core.delivery import LEASE, MAX_AGE, MAX_BACKOFF, Courier, backoff
from opchat_core.errors import DatabaseUnavailable, TelegramNotConfigured
from opchat_core.model import (
    Deferred,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Message,
    Outcome,
    Refused,
    Sent,
)
from opchat_core.ports import Parcel
from opchat_core.testing import InMemoryRepository, MovableClock, RecordingSender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECOND = timedelta(seconds=1)
BUSY = DeliveryError("rate_limited", "Too Many Requests: retry after 3")
REJECTED = DeliveryError("message_rejected", "Bad Request")
BLOCKED = DeliveryError("blocked_by_user", "Forbidden")
UNAUTHORIZED = DeliveryError("unauthorized", "Unauthorized")
TIMED_OUT = DeliveryError("answer_lost", "ReadTimeout")


@pytest.fixture(autouse=True)
def _user(store: InMemoryRepository) -> None:
    receive(store)


def delivery(store: InMemoryRepository, message: Message) -> Delivery:
    """How a message stands."""
    found = store.find_message(message.key)
    assert found is not None
    assert found.delivery is not None
    return found.delivery


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (10_000, 30)]
)
def test_pauses_double_up_to_a_limit(attempts: int, seconds: int) -> None:
    """1, 2, 4, 8 seconds and so on, never more than half a minute."""
    assert backoff(attempts) == timedelta(seconds=seconds) <= MAX_BACKOFF


def take(courier: Courier, user_id: int = 42) -> None:
    """Take the answer of a chat that is due, if there is one."""
    courier.deliver_chat(user_id, OPERATOR, upto=1)


def test_a_chat_is_delivered_in_order(courier: Courier, store: InMemoryRepository, sender: RecordingSender) -> None:
    """Each answer once, in the order of the chat, with Telegram's number stored."""
    messages = [answer(store, text=text) for text in ("one", "two", "three")]
    courier.deliver_chat(42, OPERATOR, upto=messages[-1].seq)
    assert sender.texts == ["one", "two", "three"]
    assert [delivery(store, m) for m in messages] == [Delivery(DeliveryStatus.SENT, attempts=1)] * 3
    found = [store.find_message(m.key) for m in messages]
    assert [m and m.telegram_message_id for m in found] == [1001, 1002, 1003]
    courier.deliver_chat(42, OPERATOR, upto=messages[-1].seq)
    assert len(sender.parcels) == 3


def test_only_what_was_asked_for_is_delivered(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """A caller waits for its own answer and those before it, not for those of colleagues behind it."""
    first = answer(store, text="one")
    answer(store, text="two")
    courier.deliver_chat(42, OPERATOR, upto=first.seq)
    assert sender.texts == ["one"]


def test_an_answer_quotes_by_the_number_of_telegram(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """Inside, messages are named by seq; Telegram knows them by its own numbers."""
    receive(store, text="question", telegram_message_id=77)
    answer(store, reply_to=2)
    answer(store, reply_to=1)
    take(courier)
    take(courier)
    assert [parcel.reply_to_telegram_message_id for parcel in sender.parcels] == [77, None]


def test_a_deferred_answer_is_tried_again_when_telegram_says(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender, clock: MovableClock
) -> None:
    """Not a moment earlier, and what is behind it waits with it."""
    sender.script(Deferred(BUSY, timedelta(seconds=3)))
    first = answer(store, text="one")
    second = answer(store, text="two")
    courier.deliver_chat(42, OPERATOR, upto=second.seq)
    assert sender.texts == ["one"]
    assert delivery(store, first) == Delivery(DeliveryStatus.QUEUED, BUSY, 1, clock.now() + 3 * SECOND)
    clock.advance(3 * SECOND - timedelta(microseconds=1))
    take(courier)
    assert sender.texts == ["one"]
    clock.advance(timedelta(microseconds=1))
    courier.deliver_chat(42, OPERATOR, upto=second.seq)
    assert sender.texts == ["one", "one", "two"]
    assert delivery(store, first) == Delivery(DeliveryStatus.SENT, None, 2)


def test_an_unreachable_telegram_is_tried_with_growing_pauses(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender, clock: MovableClock
) -> None:
    """Where Telegram said nothing, the pause doubles."""
    unreachable = Deferred(DeliveryError("unreachable", "ConnectError"))
    sender.script(*[unreachable] * 7)
    message = answer(store)
    pauses = []
    for _ in range(7):
        take(courier)
        due = delivery(store, message).next_attempt_at
        assert due is not None
        pauses.append((due - clock.now()).total_seconds())
        clock.advance(due - clock.now())
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    take(courier)
    assert delivery(store, message) == Delivery(DeliveryStatus.SENT, None, 8)


def test_a_lost_answer_stays_in_doubt_until_a_person_decides(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender, clock: MovableClock
) -> None:
    """It may have arrived: never sent again by itself, and the next one goes on."""
    sender.script(Lost(TIMED_OUT))
    message = answer(store, text="one")
    answer(store, text="two")
    courier.deliver_chat(42, OPERATOR, upto=3)
    assert delivery(store, message) == Delivery(DeliveryStatus.UNKNOWN, TIMED_OUT, 1)
    clock.advance(timedelta(days=7))
    take(courier)
    assert sender.texts == ["one", "two"]
    store.settle(message.key, DeliveryStatus.QUEUED)
    take(courier)
    assert sender.texts == ["one", "two", "one"]
    assert delivery(store, message) == Delivery(DeliveryStatus.SENT, None, 2)


def test_a_person_may_end_the_doubt_without_sending(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """Somebody looked at the phone."""
    sender.script(Lost(TIMED_OUT))
    message = answer(store)
    take(courier)
    store.settle(message.key, DeliveryStatus.SENT)
    take(courier)
    assert len(sender.parcels) == 1
    assert delivery(store, message).status is DeliveryStatus.SENT


def test_a_refused_answer_fails_and_the_next_one_goes(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """One bad message does not stop a chat."""
    sender.script(Refused(REJECTED))
    message = answer(store, text="one")
    answer(store, text="two")
    courier.deliver_chat(42, OPERATOR, upto=3)
    assert delivery(store, message) == Delivery(DeliveryStatus.FAILED, REJECTED, 1)
    assert sender.texts == ["one", "two"]
    assert not store.is_paused(OPERATOR)


def test_a_block_is_shown_on_the_chat(courier: Courier, store: InMemoryRepository, sender: RecordingSender) -> None:
    """Operators see that the user does not want to hear from them."""
    sender.script(Refused(BLOCKED))
    answer(store)
    take(courier)
    found = store.find_chat(42, OPERATOR)
    assert found is not None
    assert found.blocked_by_user


def test_a_refused_token_stops_the_bot_until_telegram_accepts_it(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender
) -> None:
    """The first answer fails with the reason; the others stay queued, and go when the token is good again."""
    sender.script(Refused(UNAUTHORIZED, stops_sender=True))
    sender.authorized = False
    first, second = answer(store, text="one"), answer(store, text="two")
    courier.deliver_chat(42, OPERATOR, upto=second.seq)
    assert delivery(store, first) == Delivery(DeliveryStatus.FAILED, UNAUTHORIZED, 1)
    assert delivery(store, second).status is DeliveryStatus.QUEUED
    assert store.is_paused(OPERATOR)
    assert sender.authorization_checks == 1
    sender.authorized = True
    courier.deliver_chat(42, OPERATOR, upto=second.seq)
    assert delivery(store, second).status is DeliveryStatus.SENT
    assert not store.is_paused(OPERATOR)
    assert sender.texts == ["one", "two"]


def test_an_answer_of_a_dead_worker_is_in_doubt_and_its_ghost_changes_nothing(
    store: InMemoryRepository, clock: MovableClock
) -> None:
    """A worker that comes back after its lease finds the door closed."""
    first = answer(store, text="one")
    answer(store, text="two")
    rescue = RecordingSender()

    def stalls(_: Message) -> Outcome:
        clock.advance(LEASE)
        take(Courier(store, {OPERATOR: rescue}, pace=UNHURRIED))
        return Sent(1)

    take(Courier(store, {OPERATOR: RecordingSender(stalls)}, pace=UNHURRIED))
    assert rescue.texts == ["two"]
    assert delivery(store, first).status is DeliveryStatus.UNKNOWN


def test_what_waited_too_long_is_not_sent(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender, clock: MovableClock
) -> None:
    """An answer of the day before yesterday fails as expired; today's goes."""
    old = answer(store, text="old")
    clock.advance(MAX_AGE)
    answer(store, text="new")
    take(courier)
    assert sender.texts == ["new"]
    assert delivery(store, old).status is DeliveryStatus.FAILED


def test_a_bot_without_a_token_cannot_send(courier: Courier) -> None:
    """Better told before anything is stored."""
    courier.require(OPERATOR)
    with pytest.raises(TelegramNotConfigured):
        courier.require("shop")


# The loop


@pytest.fixture
def running() -> Iterator[Callable[[Courier], Event]]:
    """Runs the loop of couriers in threads, and stops them with the test."""
    loops: list[tuple[Thread, Event]] = []

    def start(courier: Courier, **options: Any) -> Event:
        stop = Event()
        thread = Thread(target=courier.run, args=(stop,), kwargs=options)
        loops.append((thread, stop))
        thread.start()
        return stop

    yield start
    for thread, stop in loops:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_the_loop_sends_what_comes(
    courier: Courier, store: InMemoryRepository, sender: RecordingSender, running: Callable[[Courier], Event]
) -> None:
    """Answers of any process leave without anybody asking."""
    running(courier)
    for user_id in range(1, 21):
        receive(store, user_id)
        answer(store, user_id, text=str(user_id))
    eventually(lambda: store.backlog(OPERATOR).queued + store.backlog(OPERATOR).sending == 0, what="an empty queue")
    assert sorted(sender.texts, key=int) == [str(user_id) for user_id in range(1, 21)]


def test_the_loop_stops_at_once_and_finishes_what_it_holds(
    store: InMemoryRepository, running: Callable[[Courier], Event]
) -> None:
    """Whoever stops it loses no result, and nothing new is started."""
    started, release = Event(), Event()

    def slow(_: Message) -> Outcome:
        started.set()
        release.wait(10)
        return Sent(5)

    courier = Courier(store, {OPERATOR: RecordingSender(slow)}, pace=UNHURRIED)
    held = answer(store)
    stop = Event()
    thread = Thread(target=courier.run, args=(stop,))
    thread.start()
    try:
        assert started.wait(10)
        stop.set()
        receive(store, 43)
        late = answer(store, 43)
        thread.join(0.2)
        assert thread.is_alive()
    finally:
        release.set()
        thread.join(10)
    assert not thread.is_alive()
    assert delivery(store, held).status is DeliveryStatus.SENT
    assert delivery(store, late).status is DeliveryStatus.QUEUED


def test_an_idle_loop_does_not_spin(running: Callable[[Courier], Event], clock: MovableClock) -> None:
    """With nothing to do it asks about once a second, not hundreds of times."""
    looks: list[str] = []

    class Watched(InMemoryRepository):
        def claim(self, bot_type: str, **options: Any) -> tuple[Parcel, ...]:
            looks.append(bot_type)
            return super().claim(bot_type, **options)

    store = Watched(clock)
    receive(store)
    running(Courier(store, {OPERATOR: RecordingSender()}, pace=UNHURRIED))
    eventually(lambda: bool(looks), what="the first look")
    assert not Event().wait(0.3)
    assert len(looks) <= 2


def test_no_more_is_claimed_than_can_be_sent_at_once(clock: MovableClock, running: Callable[[Courier], Event]) -> None:
    """A lease must not run out while its answer waits for a free worker, however many bots there are."""
    release = Event()

    def slow(_: Message) -> Outcome:
        release.wait(10)
        return Sent(1)

    store = InMemoryRepository(clock)
    for bot_type in ("a", "b"):
        for user_id in range(1, 5):
            receive(store, user_id, bot_type=bot_type)
            answer(store, user_id, bot_type=bot_type)
    senders = {bot_type: RecordingSender(*[slow] * 4) for bot_type in ("a", "b")}
    start: Any = running
    start(Courier(store, senders, pace=UNHURRIED), workers=2)
    try:
        eventually(lambda: sum(len(s.parcels) for s in senders.values()) == 2, what="two attempts")
        assert sum(store.backlog(bot_type).sending for bot_type in senders) == 2
    finally:
        release.set()
    eventually(lambda: sum(len(s.parcels) for s in senders.values()) == 8, what="all attempts")


class Away(InMemoryRepository):
    """A store whose claims and results fail as often as told."""

    claims_to_fail = 0
    results_to_fail = 0
    away_for: str | None = None

    def claim(self, bot_type: str, **options: Any) -> tuple[Parcel, ...]:
        if self.claims_to_fail or bot_type == self.away_for:
            self.claims_to_fail = max(self.claims_to_fail - 1, 0)
            raise DatabaseUnavailable("away", retry_after=timedelta(milliseconds=10))
        return super().claim(bot_type, **options)

    def complete(self, message: Message, outcome: Outcome, *, wait: timedelta, learns: bool = True) -> Message | None:
        if self.results_to_fail:
            self.results_to_fail -= 1
            raise DatabaseUnavailable("away")
        return super().complete(message, outcome, wait=wait, learns=learns)


def test_the_loop_waits_for_a_store_that_is_away(
    clock: MovableClock, running: Callable[[Courier], Event], caplog: pytest.LogCaptureFixture
) -> None:
    """It says so in the log and goes on when the store is back."""
    store = Away(clock)
    receive(store)
    message = answer(store)
    store.claims_to_fail = 3
    running(Courier(store, {OPERATOR: RecordingSender()}, pace=UNHURRIED))
    eventually(lambda: delivery(store, message).status is DeliveryStatus.SENT, what="delivery")
    assert [record.message for record in caplog.records] == ["delivery.store_away"] * 3


def test_what_was_claimed_before_the_store_went_away_is_sent(
    clock: MovableClock, running: Callable[[Courier], Event]
) -> None:
    """Answers of one bot are not dropped into doubt because those of the next could not be claimed."""
    store = Away(clock)
    receive(store)
    message = answer(store)
    store.away_for = "z"
    running(Courier(store, {OPERATOR: RecordingSender(), "z": RecordingSender()}, pace=UNHURRIED))
    eventually(lambda: delivery(store, message).status is DeliveryStatus.SENT, what="delivery")


def test_a_result_is_kept_until_the_store_is_back(clock: MovableClock, caplog: pytest.LogCaptureFixture) -> None:
    """The worker is the only witness that it was sent."""
    store = Away(clock)
    receive(store)
    message = answer(store)
    store.results_to_fail = 2
    take(Courier(store, {OPERATOR: RecordingSender()}, pace=UNHURRIED))
    assert delivery(store, message).status is DeliveryStatus.SENT
    assert [record.message for record in caplog.records] == ["delivery.result_not_stored"] * 2


def test_a_paused_bot_goes_on_by_itself(
    store: InMemoryRepository, courier: Courier, sender: RecordingSender, running: Callable[[Courier], Event]
) -> None:
    """The loop asks Telegram, and sends what waits once the token is accepted."""
    sender.script(Refused(UNAUTHORIZED, stops_sender=True))
    answer(store, text="one")
    take(courier)
    waiting = answer(store, text="two")
    assert store.is_paused(OPERATOR)
    running(courier)
    eventually(lambda: delivery(store, waiting).status is DeliveryStatus.SENT, what="delivery")
    assert sender.texts == ["one", "two"]


def test_the_loop_does_not_pester_telegram_about_a_bad_token(
    store: InMemoryRepository, courier: Courier, sender: RecordingSender, running: Callable[[Courier], Event]
) -> None:
    """It asks now and then, however much is due."""
    sender.script(Refused(UNAUTHORIZED, stops_sender=True))
    sender.authorized = False
    answer(store, text="one")
    take(courier)
    answer(store, text="two")
    running(courier)
    eventually(lambda: sender.authorization_checks == 1, what="the first question")
    assert not Event().wait(0.3)
    assert sender.authorization_checks == 1
    assert sender.texts == ["one"]


@pytest.mark.accident
def test_a_broken_sender_leaves_doubt_and_stops_nobody(
    store: InMemoryRepository, running: Callable[[Courier], Event], caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in a sender is told in the log; its lease will say that the result is not known."""

    def breaks(_: Message) -> Outcome:
        raise ZeroDivisionError

    sender = RecordingSender(breaks)
    broken = answer(store)
    running(Courier(store, {OPERATOR: sender}, pace=UNHURRIED))
    eventually(lambda: len(sender.parcels) == 1, what="the attempt")
    receive(store, 43)
    other = answer(store, 43)
    eventually(lambda: delivery(store, other).status is DeliveryStatus.SENT, what="the other delivery")
    assert delivery(store, broken).status is DeliveryStatus.SENDING
    eventually(lambda: any(r.message == "delivery.broken" for r in caplog.records), what="the log")
    assert logging.ERROR in {record.levelno for record in caplog.records}


def test_two_loops_beside_each_other_double_nothing(
    store: InMemoryRepository, running: Callable[[Courier], Event]
) -> None:
    """Workers are equals; each answer goes out once."""
    senders = [RecordingSender(), RecordingSender()]
    for user_id in range(1, 51):
        receive(store, user_id)
        answer(store, user_id, text=str(user_id))
    for sender in senders:
        running(Courier(store, {OPERATOR: sender}, pace=UNHURRIED))
    eventually(lambda: sum(len(s.parcels) for s in senders) >= 50, what="fifty attempts")
    eventually(lambda: store.next_due(OPERATOR) is None, what="an empty queue")
    assert sorted(int(text) for sender in senders for text in sender.texts) == list(range(1, 51))


def test_a_claim_by_hand_and_a_courier_share_the_fence(
    store: InMemoryRepository, courier: Courier, sender: RecordingSender
) -> None:
    """What somebody else holds is left alone."""
    answer(store)
    claim(store)
    courier.deliver_chat(42, OPERATOR, upto=2)
    assert sender.parcels == []
