"""Stores for tests, in memory and in PostgreSQL, on a clock that tests move; and short ways to say things to them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opchat_core import testing
from opchat_core.model import Answer, IncomingMessage, Message, Pace, Received, ReopenRule
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.ports import ChatRepository, Clock, DeliveryRepository

OPERATOR = "operator"
LEASE = timedelta(seconds=60)
MAX_AGE = timedelta(days=1)
UNHURRIED = testing.UNHURRIED
WAIT = timedelta(seconds=4)
ALWAYS = ReopenRule()
NEVER = ReopenRule(timedelta(0))


@contextmanager
def postgres_store(url: str, clock: Clock | None = None, *, size: int = 16) -> Iterator[PostgresRepository]:
    """A store on a database that has the schema, with a pool of its own."""
    with open_pool(url, size=size) as pool:
        yield PostgresRepository(Database(lend(pool)), clock=clock)


def receive(
    store: ChatRepository,
    user_id: int = 42,
    text: str = "hi",
    *,
    verified: bool = True,
    operator: str | None = None,
    reopen: ReopenRule = ALWAYS,
    **fields: Any,
) -> Received:
    """Store a message and say what became of it."""
    message = IncomingMessage(user_id=user_id, text=text, **fields)
    return store.receive(message, verified=verified, operator=operator, reopen=reopen)


def answer(
    store: DeliveryRepository,
    user_id: int = 42,
    text: str = "hello",
    *,
    operator: str | None = "anna",
    bot_type: str = OPERATOR,
    **fields: Any,
) -> Message:
    """Queue an answer; its first message."""
    return store.queue_answer(user_id, bot_type, Answer(text=text, **fields), operator=operator).messages[0]


def claim(
    store: DeliveryRepository,
    *,
    limit: int = 10,
    lease: timedelta = LEASE,
    max_age: timedelta = MAX_AGE,
    pace: Pace = UNHURRIED,
    user_id: int | None = None,
    bot_type: str = OPERATOR,
) -> tuple[Message, ...]:
    """Claim what is due; every message that changed."""
    parcels = store.claim(bot_type, limit=limit, lease=lease, max_age=max_age, pace=pace, user_id=user_id)
    return tuple(parcel.message for parcel in parcels)
