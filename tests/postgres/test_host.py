"""opchat on what belongs to the host's program: its transaction, its pool, its clock, its way to Telegram."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool
from tests.support.deadline import eventually

from opchat_core import MessageKey, connect
from opchat_core.errors import UserNotFound
from opchat_core.testing import MovableClock, RecordingSender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core import OperatorChat


@pytest.fixture
def sender() -> RecordingSender:
    """The host's way to Telegram."""
    return RecordingSender()


@pytest.fixture
def chat(clean_database: str, sender: RecordingSender) -> Iterator[OperatorChat]:
    """A chat on the host's database, that sends the host's way."""
    with connect(clean_database, sender=sender) as chat:
        yield chat


def test_a_message_is_stored_and_told_of_when_the_host_commits(chat: OperatorChat, clean_database: str) -> None:
    """Until then nobody sees it; then everybody who listens hears of it."""
    with chat.changes() as changes, psycopg.connect(clean_database) as connection:
        message = chat.using(connection).receive(user_id=42, text="Where is my order?", payload={"order": 7})
        with pytest.raises(UserNotFound):
            chat.chat(42)
        assert changes.wait(0) == ()

        connection.commit()

        assert chat.history(42) == (message,)
        heard = changes.wait(5)
        assert heard is not None
        assert [change.user_id for change in heard] == [42]


def test_what_the_host_takes_back_never_happened(chat: OperatorChat, clean_database: str) -> None:
    """A rollback takes everything along, steps of several statements included."""
    with psycopg.connect(clean_database) as connection:
        inside = chat.using(connection)
        inside.receive(user_id=42, text="Where is my order?")
        inside.close_chat(42)
        assert inside.chat(42).status == "closed"
        connection.rollback()
    with pytest.raises(UserNotFound):
        chat.chat(42)


def test_an_answer_leaves_after_the_commit(chat: OperatorChat, clean_database: str, sender: RecordingSender) -> None:
    """Nothing can be sent that might be taken back: a worker takes it when it is there for good."""
    chat.receive(user_id=42, text="Where is my order?")
    stop = Event()
    worker = Thread(target=chat.courier.run, args=[stop])
    worker.start()
    try:
        with psycopg.connect(clean_database) as connection:
            answer = chat.using(connection).reply(42, "On its way!")
            assert answer.delivery is not None
            assert answer.delivery.status == "queued"
            assert sender.texts == []
        eventually(lambda: sender.texts == ["On its way!"])
    finally:
        stop.set()
        worker.join()
    assert chat.message(MessageKey(42, "operator", answer.seq)).delivery != answer.delivery


def test_a_pool_of_the_host_s_may_be_set_up_as_the_host_likes(clean_database: str, sender: RecordingSender) -> None:
    """With transactions, with JSON as text and in another time zone: opchat reads its way, the host in its own."""

    def set_up(connection: psycopg.Connection[Any]) -> None:
        connection.adapters.register_loader("jsonb", TextLoader)
        connection.adapters.register_loader("timestamptz", TextLoader)

    clock = MovableClock()
    with (
        ConnectionPool(clean_database, min_size=1, max_size=2, configure=set_up) as pool,
        connect(clean_database, pool=pool, sender=sender, clock=clock) as chat,
    ):
        received = chat.receive(user_id=42, message_type="location", payload={"latitude": 1.5})
        chat.reply(42, "Stay there!")
        assert (received.created_at, received.payload) == (clock.now(), {"latitude": 1.5})
        assert [message.text for message in chat.export(42)] == ["", "Stay there!"]
        assert sender.texts == ["Stay there!"]
        with pool.connection() as connection:
            row = connection.execute("SELECT payload FROM opchat.chat_messages WHERE seq = 1").fetchone()
        assert row == ('{"latitude": 1.5}',)
