"""The way of an answer as a state machine, held against PostgreSQL with two workers that interleave.

The machine knows what the contract promises, and nothing of how it is kept: it has its own idea of where each answer
is, counts what Telegram accepted, and looks after every step whether the table agrees.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

import pytest
from attrs import define, field
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.support.stores import OPERATOR, answer, claim, receive

from opchat_core.errors import NotRetryable
from opchat_core.model import (
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Message,
    MessageKey,
    Outcome,
    Pace,
    Rate,
    Refused,
    Sent,
)
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.postgres.scratch import truncate
from opchat_core.testing import MovableClock

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

QUEUED, SENDING, SENT = DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.SENT
FAILED, UNKNOWN = DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN
USERS = (1, 2)
WORKERS = ("A", "B")
LEASE = timedelta(seconds=30)
MAX_AGE = timedelta(minutes=10)
WAIT = timedelta(seconds=4)
PACE = Pace(chat=Rate(2, timedelta(seconds=10)), bot=Rate(3, timedelta(seconds=9)))
AHEAD = 2  # answers that may run ahead of the bot's pace

ACCEPTED: tuple[Outcome, ...] = (Sent(1), Lost(DeliveryError("answer_lost", "ReadTimeout")))
NOT_ACCEPTED: tuple[Outcome, ...] = (
    Deferred(DeliveryError("unreachable", "ConnectError")),
    Deferred(DeliveryError("rate_limited", "Too Many Requests"), timedelta(seconds=7)),
    Refused(DeliveryError("message_rejected", "Bad Request")),
    Refused(DeliveryError("unauthorized", "Unauthorized"), stops_sender=True),
    Lost(DeliveryError("answer_lost", "ReadError")),
)
LEADS_TO = {Sent: SENT, Deferred: QUEUED, Refused: FAILED, Lost: UNKNOWN}

users = st.sampled_from(USERS)
workers = st.sampled_from(WORKERS)


@define
class Answer:
    """Where an answer is, as the contract has it."""

    queued_at: datetime
    status: DeliveryStatus = QUEUED
    attempts: int = 0
    lease_until: datetime | None = None
    decided: bool = False  # a person has retried or marked it


@define
class Attempt:
    """An answer in a worker's hands; how the attempt ended, once it has."""

    message: Message
    lease_until: datetime
    outcome: Outcome | None = field(default=None)


class DeliveryMachine(RuleBasedStateMachine):
    """Two workers, two chats, one Telegram, and a person."""

    url: ClassVar[str]
    pools: ClassVar[dict[str, ConnectionPool]]

    def __init__(self) -> None:
        super().__init__()
        truncate(self.url)
        self.clock = MovableClock()
        self.stores = {
            name: PostgresRepository(Database(lend(pool)), clock=self.clock) for name, pool in self.pools.items()
        }
        self.store = self.stores["A"]
        self.hands: dict[str, list[Attempt]] = {name: [] for name in WORKERS}
        self.answers: dict[MessageKey, Answer] = {}
        self.copies: dict[int, list[MessageKey]] = {user_id: [] for user_id in USERS}
        self.taken: dict[int, list[datetime]] = defaultdict(list)  # by user; 0 for all
        self.paused = False
        for user_id in USERS:
            receive(self.store, user_id)

    # What happens

    @rule(user_id=users)
    def an_operator_answers(self, user_id: int) -> None:
        """A new answer waits at the end of its chat."""
        self.answers[answer(self.store, user_id).key] = Answer(self.clock.now())

    @rule(worker=workers, user_id=st.none() | users, limit=st.integers(1, 3))
    def a_worker_claims(self, worker: str, user_id: int | None, limit: int) -> None:
        """It gets what it may have, and what ran out of time is settled."""
        for message in claim(
            self.stores[worker], limit=limit, lease=LEASE, max_age=MAX_AGE, pace=PACE, user_id=user_id
        ):
            self.changed(worker, message)

    def changed(self, worker: str, message: Message) -> None:
        """Look whether what a claim did was right."""
        known, now, delivery = self.answers[message.key], self.clock.now(), message.delivery
        assert delivery is not None
        if delivery.status is UNKNOWN:
            assert known.status is SENDING
            assert known.lease_until is not None
            assert known.lease_until <= now
        elif delivery.status is FAILED:
            assert known.status is QUEUED
            assert now - known.queued_at >= MAX_AGE
        else:
            assert delivery.status is SENDING
            assert known.status is QUEUED
            assert delivery.attempts == known.attempts + 1
            assert not self.paused
            assert now - known.queued_at < MAX_AGE
            ahead = [a for key, a in self.answers.items() if key.user_id == message.user_id and key.seq < message.seq]
            assert all(a.status not in {QUEUED, SENDING} for a in ahead), "the chat's order was broken"
            known.lease_until = now + LEASE
            self.hands[worker].append(Attempt(message, known.lease_until))
            self.keeps_the_pace(self.taken[message.user_id], PACE.chat, PACE.chat.count)
            self.keeps_the_pace(self.taken[0], PACE.bot, PACE.bot.count + AHEAD)
        known.status, known.attempts = delivery.status, delivery.attempts

    def keeps_the_pace(self, moments: list[datetime], rate: Rate, burst: int) -> None:
        """One more leaves now: so many at once are allowed, and then one each time."""
        moments.append(self.clock.now())
        if len(moments) > burst:
            assert moments[-1] - moments[-1 - burst] >= rate.every

    @precondition(lambda self: any(attempt.outcome is None for hand in self.hands.values() for attempt in hand))
    @rule(data=st.data(), accepted=st.booleans())
    def telegram_is_called(self, data: st.DataObject, *, accepted: bool) -> None:
        """While the lease lasts; Telegram accepts or not, and the worker comes to know of it or not."""
        open_attempts = [a for hand in self.hands.values() for a in hand if a.outcome is None]
        attempt = data.draw(st.sampled_from(open_attempts))
        if not self.under_way(attempt.message) or attempt.lease_until <= self.clock.now():
            attempt.outcome = Lost(DeliveryError("answer_lost", "late"))
            return
        if accepted:
            self.copies[attempt.message.user_id].append(attempt.message.key)
        attempt.outcome = data.draw(st.sampled_from(ACCEPTED if accepted else NOT_ACCEPTED))

    @precondition(lambda self: any(attempt.outcome for hand in self.hands.values() for attempt in hand))
    @rule(data=st.data(), again=st.booleans())
    def a_worker_completes(self, data: st.DataObject, *, again: bool) -> None:
        """In time, or late, or twice because it did not hear that the first time had counted."""
        ended = [(hand, a) for hand in self.hands.values() for a in hand if a.outcome]
        hand, attempt = data.draw(st.sampled_from(ended))
        message, outcome = attempt.message, attempt.outcome
        assert outcome is not None
        under_way = self.under_way(message)
        stored = self.store.complete(message, outcome, wait=WAIT)
        assert (stored is not None) == under_way, "only the attempt under way may be completed"
        if under_way:
            self.answers[message.key].status = LEADS_TO[type(outcome)]
            self.paused |= isinstance(outcome, Refused) and outcome.stops_sender
        if not again:
            hand.remove(attempt)

    def under_way(self, message: Message) -> bool:
        """Whether the attempt that a message was claimed for is the one under way."""
        known = self.answers[message.key]
        assert message.delivery is not None
        return known.status is SENDING and known.attempts == message.delivery.attempts

    @precondition(lambda self: self.ended(SENDING))
    @rule(worker=workers)
    def a_lease_runs_out(self, worker: str) -> None:
        """Time passes, and another worker looks, while the first one does not come to an end."""
        self.clock.advance(LEASE)
        self.a_worker_claims(worker, None, 3)

    @precondition(lambda self: self.ended(SENDING))
    @rule(data=st.data(), worker=workers)
    def a_person_is_faster_than_a_sleeper(self, data: st.DataObject, worker: str) -> None:
        """The lease runs out, the doubt is retried, and a worker takes it again, while the first one may come back."""
        key = data.draw(st.sampled_from(self.ended(SENDING)))
        self.a_lease_runs_out(worker)
        if self.answers[key].status is UNKNOWN:
            self.retry(key)
            self.clock.advance(LEASE)
            self.a_worker_claims(worker, key.user_id, 1)

    @rule(worker=workers)
    def a_worker_dies(self, worker: str) -> None:
        """What it had in hand, and what it knew, is gone."""
        self.hands[worker].clear()

    @rule(seconds=st.sampled_from([1, 3, 10, 30, 300]))
    def time_passes(self, seconds: int) -> None:
        """It does."""
        self.clock.advance(timedelta(seconds=seconds))

    @precondition(lambda self: self.ended(FAILED, UNKNOWN))
    @rule(data=st.data(), at_once=st.booleans())
    def a_person_retries(self, data: st.DataObject, *, at_once: bool) -> None:
        """What failed or is in doubt waits again; most often somebody looks at it right away."""
        key = data.draw(st.sampled_from(self.ended(FAILED, UNKNOWN)))
        self.retry(key)
        if at_once:
            self.a_worker_claims("B", key.user_id, 1)

    def retry(self, key: MessageKey) -> None:
        """A person presses the button."""
        self.store.settle(key, QUEUED)
        known = self.answers[key]
        known.status, known.queued_at, known.decided = QUEUED, self.clock.now(), True

    @precondition(lambda self: self.ended(UNKNOWN))
    @rule(data=st.data())
    def a_person_ends_a_doubt(self, data: st.DataObject) -> None:
        """Having looked at the user's phone."""
        key = data.draw(st.sampled_from(self.ended(UNKNOWN)))
        known = self.answers[key]
        known.status, known.decided = SENT if key in self.copies[key.user_id] else FAILED, True
        self.store.settle(key, known.status)

    @precondition(lambda self: self.ended(QUEUED, SENDING, SENT))
    @rule(data=st.data(), status=st.sampled_from([QUEUED, SENT, FAILED]))
    def a_person_may_not(self, data: st.DataObject, status: DeliveryStatus) -> None:
        """What is on its way, or has arrived, is nobody's to decide."""
        key = data.draw(st.sampled_from(self.ended(QUEUED, SENDING, SENT)))
        with pytest.raises(NotRetryable):
            self.store.settle(key, status)

    def ended(self, *statuses: DeliveryStatus) -> list[MessageKey]:
        """The answers that are in one of these states."""
        return [key for key, known in self.answers.items() if known.status in statuses]

    @precondition(lambda self: self.paused)
    @rule()
    def the_token_is_good_again(self) -> None:
        """A paused bot goes on."""
        self.store.resume(OPERATOR)
        self.paused = False

    # What holds

    @invariant()
    def the_table_agrees(self) -> None:
        """Each answer is where the contract has it, and what Telegram has fits to it."""
        for user_id in USERS:
            messages = self.store.list_messages(user_id, OPERATOR, before=None, limit=None)
            out = [m for m in messages if m.delivery]
            assert {m.key: (m.delivery.status, m.delivery.attempts) for m in out if m.delivery} == {
                key: (a.status, a.attempts) for key, a in self.answers.items() if key.user_id == user_id
            }
            assert sum(m.delivery.status is SENDING for m in out if m.delivery) <= 1
            self.telegram_agrees(user_id)

    def telegram_agrees(self, user_id: int) -> None:
        """`sent` has one copy, `failed` and `queued` none, the others one at most, in order; a person may double."""
        copies = Counter(self.copies[user_id])
        for key, known in self.answers.items():
            if key.user_id != user_id or known.decided:
                continue
            if known.status is SENT:
                assert copies[key] == 1
            elif known.status in {QUEUED, FAILED}:
                assert copies[key] == 0
            else:
                assert copies[key] <= 1
        order = [key.seq for key in self.copies[user_id] if not self.answers[key].decided]
        assert order == sorted(order)

    def teardown(self) -> None:
        """Nothing waits for ever: with a good token, time, and one worker alive, every answer ends."""
        self.the_token_is_good_again()
        for hand in self.hands.values():
            hand.clear()
        for _ in range(200):
            due = self.store.next_due(OPERATOR)
            if due is None:
                break
            self.clock.advance(due)
            self.a_worker_claims("B", None, 3)
            for attempt in self.hands["B"]:
                self.copies[attempt.message.user_id].append(attempt.message.key)
                assert self.store.complete(attempt.message, Sent(1), wait=WAIT) is not None
                self.answers[attempt.message.key].status = SENT
            self.hands["B"].clear()
        assert {known.status for known in self.answers.values()} <= {SENT, FAILED, UNKNOWN}
        self.the_table_agrees()


@pytest.mark.timeout(900)
def test_two_workers_keep_the_contract(migrated_url: str, soak: bool) -> None:
    """However two workers, deaths, time, Telegram and a person interleave."""
    with open_pool(migrated_url, size=1) as one, open_pool(migrated_url, size=1) as other:
        DeliveryMachine.url, DeliveryMachine.pools = migrated_url, {"A": one, "B": other}
        run_state_machine_as_test(
            DeliveryMachine,
            settings=settings(
                max_examples=1000 if soak else 60,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
            ),
        )
