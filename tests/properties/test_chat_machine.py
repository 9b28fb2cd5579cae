"""The chat as a state machine: PostgreSQL does, step for step, what the store in memory does.

The store in memory computes on the spot what the tables keep ready, so each checks the other.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from opchat_core.errors import OpchatError
from opchat_core.model import (
    Answer,
    ChatStatus,
    Cursor,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Direction,
    IncomingMessage,
    Lost,
    Message,
    MessageKey,
    Outcome,
    Pace,
    Rate,
    Refused,
    ReopenRule,
    Sent,
)
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.postgres.scratch import truncate
from opchat_core.testing import InMemoryRepository, MovableClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.ports import Parcel, Store

USERS = (1, 2)
BOTS = ("operator", "shop")
LEASE = timedelta(seconds=30)
MAX_AGE = timedelta(minutes=5)
PACE = Pace(chat=Rate(2, timedelta(seconds=20)), bot=Rate(3, timedelta(seconds=15)))

users = st.sampled_from(USERS)
bots = st.sampled_from((BOTS[0], BOTS[0], BOTS[1]))
texts = st.sampled_from(["hi", "hello", "привет 😀"])
numbers = st.integers(1, 4)
names = st.none() | st.sampled_from(["", "Anna", "Мария"])
operators = st.none() | st.sampled_from(["anna", "bob"])
seqs = st.integers(0, 8)
reopens = st.sampled_from([ReopenRule(), ReopenRule(timedelta(0)), ReopenRule(timedelta(minutes=1))])
errors = st.sampled_from(
    [
        DeliveryError(code, code)
        for code in ("message_rejected", "blocked_by_user", "rate_limited", "unreachable", "answer_lost")
    ]
)
outcomes = (
    st.builds(Sent, st.integers(1, 4))
    | st.builds(Deferred, errors, st.none() | st.just(timedelta(seconds=20)))
    | st.builds(Refused, errors)
    | st.just(Refused(DeliveryError("unauthorized", "token"), stops_sender=True))
    | st.builds(Lost, errors)
)


def store_message(store: Store, message: IncomingMessage) -> object:
    """Store what the bot hands in."""
    return store.receive(message, verified=True, operator=None, reopen=ReopenRule())


def overview(store: Store, bot_type: str) -> list[object]:
    """What can be seen of a bot: counts, the queue, and the lists."""
    return [
        store.count_chats(bot_type),
        store.backlog(bot_type),
        store.next_due(bot_type),
        store.is_paused(bot_type),
        *(store.list_chats(bot_type, status=status, limit=9, cursor=None) for status in (None, *ChatStatus)),
        store.search_chats(bot_type, status=None, search="anna", limit=9, cursor=None),
    ]


def history(store: Store, user_id: int, bot_type: str) -> tuple[Message, ...]:
    """All messages of a chat."""
    return store.list_messages(user_id, bot_type, before=None, limit=None)


class ChatMachine(RuleBasedStateMachine):
    """Does the same to both stores and compares what each step returns and what can be seen after it."""

    url: ClassVar[str]
    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        truncate(self.url)
        self.clock = MovableClock()
        self.memory = InMemoryRepository(self.clock)
        self.postgres = PostgresRepository(self.database, clock=self.clock)
        self.claimed: list[Parcel] = []
        for user_id in USERS:
            message = IncomingMessage(user_id=user_id, text="hi", telegram_message_id=1)
            self.both(partial(store_message, message=message))

    def both(self, call: Callable[[Store], Any]) -> Any:
        """Do a step in both; the result, which is the same, or the kind of error, which is the same too."""

        def result(store: Store) -> Any:
            try:
                return call(store)
            except OpchatError as error:
                return type(error), getattr(error, "messages", None)

        expected = result(self.memory)
        assert result(self.postgres) == expected
        return expected

    @rule(
        user_id=users,
        bot_type=bots,
        text=texts,
        number=st.none() | numbers,
        verified=st.booleans(),
        direction=st.sampled_from(Direction),
        edited=st.booleans(),
        first_name=names,
        reply_to=st.none() | numbers,
        age=st.sampled_from([None, 0, 30, -400]),
        operator=operators,
        reopen=reopens,
    )
    def receive(
        self,
        *,
        number: int | None,
        reply_to: int | None,
        edited: bool,
        age: int | None,
        verified: bool,
        operator: str | None,
        reopen: ReopenRule,
        **fields: Any,
    ) -> None:
        """A message comes: new, again, edited, old, from the future, of either side, believed or not."""
        message = IncomingMessage(
            telegram_message_id=number,
            reply_to_telegram_message_id=reply_to,
            edited=edited and number is not None,
            created_at=None if age is None else self.clock.now() - timedelta(seconds=age),
            **fields,
        )
        self.both(lambda s: s.receive(message, verified=verified, operator=operator, reopen=reopen))

    @rule(user_id=users, bot_type=bots, status=st.sampled_from(ChatStatus))
    def set_status(self, user_id: int, bot_type: str, status: ChatStatus) -> None:
        """An operator opens or closes."""
        self.both(lambda s: s.set_status(user_id, bot_type, status))

    @rule(user_id=users, bot_type=bots, seq=seqs)
    def read(self, user_id: int, bot_type: str, seq: int) -> None:
        """An operator reads."""
        self.both(lambda s: s.mark_read(user_id, bot_type, seq))

    @rule(user_id=users, bot_type=bots, blocked=st.booleans())
    def block(self, user_id: int, bot_type: str, *, blocked: bool) -> None:
        """The user blocks or unblocks the bot."""
        self.both(lambda s: s.set_blocked(user_id, bot_type, blocked=blocked))

    @rule(
        user_id=users,
        bot_type=bots,
        text=texts | st.just("x" * 5000),
        operator=operators,
        key=st.none() | st.sampled_from(["k", "l"]),
        reply_to=st.none() | st.integers(1, 8),
        last_seen=st.none() | seqs,
    )
    def reply(
        self,
        *,
        user_id: int,
        bot_type: str,
        text: str,
        operator: str | None,
        key: str | None,
        reply_to: int | None,
        last_seen: int | None,
    ) -> None:
        """An operator answers."""
        answer = Answer(text=text, client_message_id=key, reply_to=reply_to, last_seen_seq=last_seen)
        self.both(lambda s: s.queue_answer(user_id, bot_type, answer, operator=operator))

    @rule(bot_type=bots, user_id=st.none() | users)
    def claim(self, bot_type: str, user_id: int | None) -> None:
        """A worker looks; chats that are due at the same moment have no order among them, so it takes them all."""

        def look(store: Store) -> list[Parcel]:
            changed = store.claim(bot_type, limit=10, lease=LEASE, max_age=MAX_AGE, pace=PACE, user_id=user_id)
            return sorted(changed, key=lambda one: (one.message.user_id, one.message.revision))

        self.claimed += self.both(look)

    @precondition(lambda self: self.claimed)
    @rule(outcome=outcomes, back=st.sampled_from([1, 1, 1, 2, 5]))
    def complete(self, outcome: Outcome, back: int) -> None:
        """A worker comes back with a result: that of its last claim, or of an older one, too late or twice."""
        message = self.claimed[-min(back, len(self.claimed))].message
        self.both(lambda s: s.complete(message, outcome, wait=timedelta(seconds=4)))

    @rule(user_id=users, text=texts, outcome=outcomes)
    def answer_at_once(self, user_id: int, text: str, outcome: Outcome) -> None:
        """An operator answers, and what is due in the chat is sent with one result."""
        self.reply(
            user_id=user_id, bot_type=BOTS[0], text=text, operator="anna", key=None, reply_to=None, last_seen=None
        )
        before = len(self.claimed)
        self.claim(BOTS[0], user_id)
        if len(self.claimed) > before:
            self.complete(outcome, 1)

    @rule(
        user_id=users,
        bot_type=bots,
        seq=seqs,
        status=st.sampled_from([DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.FAILED]),
    )
    def settle(self, user_id: int, bot_type: str, seq: int, status: DeliveryStatus) -> None:
        """A person decides."""
        self.both(lambda s: s.settle(MessageKey(user_id, bot_type, seq), status))

    @rule(bot_type=bots)
    def resume(self, bot_type: str) -> None:
        """The token is good again."""
        self.both(lambda s: s.resume(bot_type))

    @rule(user_id=users, bot_type=bots)
    def forget(self, user_id: int, bot_type: str) -> None:
        """Somebody asks to be forgotten."""
        self.both(lambda s: s.forget_chat(user_id, bot_type))

    @rule(seconds=st.sampled_from([1, 15, 30, 60, 300]))
    def time_passes(self, seconds: int) -> None:
        """It does."""
        self.clock.advance(timedelta(seconds=seconds))

    @invariant()
    def both_look_the_same(self) -> None:
        """Lists, counts, chats, messages, changes, versions and the queue."""
        for bot_type in BOTS:
            self.both(partial(overview, bot_type=bot_type))
            for user_id in USERS:
                messages = self.both(partial(history, user_id=user_id, bot_type=bot_type))
                self.keeps_its_promises(messages, user_id, bot_type)

    def keeps_its_promises(self, messages: tuple[Message, ...], user_id: int, bot_type: str) -> None:
        """What holds of every chat, whichever store it is in."""
        assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
        assert len({m.revision for m in messages}) == len(messages)
        sending = [m for m in messages if m.delivery and m.delivery.status is DeliveryStatus.SENDING]
        assert len(sending) <= 1 or len({m.media_group_id for m in sending}) == 1, "an album leaves together"
        chat = self.both(lambda s: s.find_chat(user_id, bot_type))
        if chat is not None:
            assert chat.revision >= max(m.revision for m in messages)
            middle = chat.revision // 2
            changes = self.both(lambda s: s.list_changes(user_id, bot_type, after=middle))
            assert changes == tuple(m for m in messages if m.revision > middle)
            self.both(lambda s: [s.list_versions(m.key) for m in messages if m.edited_at])


@pytest.mark.timeout(600)
def test_both_stores_are_one_machine(migrated_url: str) -> None:
    """Whatever happens in whatever order, nobody can tell the stores apart."""
    with open_pool(migrated_url, size=1) as pool:
        ChatMachine.url, ChatMachine.database = migrated_url, Database(lend(pool))
        run_state_machine_as_test(
            ChatMachine,
            settings=settings(
                max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


class ListMachine(RuleBasedStateMachine):
    """A reader walks a list in pages while chats come and move."""

    url: ClassVar[str]
    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        truncate(self.url)
        self.clock = MovableClock()
        self.store = PostgresRepository(self.database, clock=self.clock)
        self.seen: list[int] = []
        self.moved: set[int] = set()
        self.cursor: Cursor | None = None
        for user_id in range(1, 13):
            self.write(user_id)
            if user_id % 3 == 0:
                self.clock.advance(timedelta(seconds=1))
        self.moved.clear()

    @rule(user_id=st.integers(1, 14))
    def write(self, user_id: int) -> None:
        """A user writes, and their chat goes to the top."""
        message = IncomingMessage(user_id=user_id, text="x")
        self.store.receive(message, verified=True, operator=None, reopen=ReopenRule())
        self.moved.add(user_id)

    @rule(seconds=st.integers(1, 3))
    def time_passes(self, seconds: int) -> None:
        """It does."""
        self.clock.advance(timedelta(seconds=seconds))

    @rule(limit=st.integers(1, 5))
    def turn_the_page(self, limit: int) -> None:
        """The reader goes on; at the end, whoever did not move was seen, and once only."""
        page = self.store.list_chats("operator", status=None, limit=limit, cursor=self.cursor)
        self.seen += [chat.user_id for chat in page]
        still = [user_id for user_id in self.seen if user_id not in self.moved]
        assert len(still) == len(set(still))
        if len(page) == limit:
            self.cursor = Cursor(page[-1].last_message_at, page[-1].user_id)
        else:
            assert set(range(1, 13)) - self.moved <= set(self.seen)
            self.seen, self.cursor = [], None
            self.moved.clear()


def test_a_walk_neither_repeats_nor_loses_a_chat_that_did_not_move(migrated_url: str) -> None:
    """Whatever the size of the pages and whoever writes meanwhile."""
    with open_pool(migrated_url, size=1) as pool:
        ListMachine.url, ListMachine.database = migrated_url, Database(lend(pool))
        run_state_machine_as_test(
            ListMachine,
            settings=settings(
                max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
