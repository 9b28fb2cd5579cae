"""What an embedder writes, as a type checker sees it: all of this is right. It is never run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_type

from opchat_core import (
    Chat,
    ChatStatus,
    Clock,
    Delivery,
    Message,
    OperatorChat,
    Outcome,
    Parcel,
    PendingChange,
    Sender,
    Sent,
    connect,
)
from opchat_core.testing import MovableClock, RecordingSender, in_memory_chat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection
    from psycopg_pool import ConnectionPool


class PrintingSender:
    """A way to Telegram of the host's own, that says all that a sender has to say."""

    def send(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Send to nobody."""
        assert_type(parcels[0].message, Message)
        return [Sent(1)]

    def change(self, message: Message, change: PendingChange) -> Outcome:
        """Change nothing."""
        return Sent(1)

    def show_typing(self, user_id: int) -> None:
        """Show nothing."""

    def is_authorized(self) -> bool:
        """Always."""
        return True


def everyday(chat: OperatorChat) -> None:
    """The calls of the first page."""
    received = chat.receive(user_id=42, text="Hello", first_name="Anna", created_at=datetime.now(UTC))
    assert_type(received, Message)
    assert_type(received.delivery, Delivery | None)
    chat.receive(user_id=42, message_type="location", payload={"latitude": 1.5, "longitude": 2})
    answer = chat.reply(42, "Hello!", operator="olga", reply_to=received.seq, buttons=[[{"text": "Yes"}]])
    assert_type(answer.text, str)
    assert_type(chat.history(42), tuple[Message, ...])
    assert_type(chat.close_chat(42), Chat)
    for one in chat.list_chats(status=ChatStatus.OPEN).chats:
        assert_type(one.user.first_name, str | None)


def on_what_the_host_has(pool: ConnectionPool[Connection[object]], connection: Connection[object]) -> None:
    """Its own pool, clock and transaction."""
    clock: Clock = MovableClock()
    with connect("postgresql:///shop", pool=pool, clock=clock, sender=RecordingSender()) as chat:
        assert_type(chat, OperatorChat)
        assert_type(chat.using(connection), OperatorChat)


def in_tests(sender: Sender) -> OperatorChat:
    """A chat in memory."""
    with connect(sender=PrintingSender()) as chat:
        chat.check()
    return in_memory_chat(sender=sender, clock=MovableClock())
