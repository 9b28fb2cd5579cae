"""Whoever wants to know what happens hears of it, and cannot break it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opchat_core.hooks import Hook
from opchat_core.model import Deferred, DeliveryError, FailureCode, Lost

if TYPE_CHECKING:
    from opchat_core.hooks import Attempt
    from opchat_core.model import Chat, Message
    from opchat_core.service import OperatorChat
    from opchat_core.testing import MovableClock, RecordingSender


class Host:
    """Writes down what it is told."""

    def __init__(self, chat: OperatorChat) -> None:
        self.told: list[tuple[object, ...]] = []

        @chat.hooks.on_message
        def _note_message(message: Message) -> None:
            self.told.append(("message", message.direction.value, message.text))

        @chat.hooks.on_delivery
        def _note_delivery(message: Message) -> None:
            assert message.delivery
            self.told.append(("delivery", message.seq, message.delivery.status.value))

        @chat.hooks.on_status
        def _note_status(changed: Chat) -> None:
            self.told.append(("status", changed.user_id, changed.status.value))

        @chat.hooks.on_attempt
        def _note_attempt(attempt: Attempt) -> None:
            assert attempt.took >= timedelta(0)
            self.told.append(("attempt", attempt.message.seq, type(attempt.outcome).__name__))


def test_a_host_hears_of_what_happens_once(chat: OperatorChat) -> None:
    """Of what is stored, how it leaves, and what operators decide; not of what was there before."""
    host = Host(chat)
    for _ in range(2):
        chat.receive(user_id=42, text="Where is my order?", telegram_message_id=7)
    for _ in range(2):
        chat.reply(42, "On its way!", client_message_id="a key")
    chat.receive(user_id=42, text="Where is my order 7?", telegram_message_id=7, edited=True)
    chat.close_chat(42)
    assert host.told == [
        ("message", "in", "Where is my order?"),
        ("message", "out", "On its way!"),
        ("delivery", 2, "sending"),
        ("attempt", 2, "Sent"),
        ("delivery", 2, "sent"),
        ("message", "in", "Where is my order 7?"),
        ("status", 42, "closed"),
    ]


def test_a_host_hears_how_an_answer_fares(chat: OperatorChat, sender: RecordingSender, clock: MovableClock) -> None:
    """Put off, lost, settled by a person, and sent after all."""
    sender.script(
        Deferred(DeliveryError(FailureCode.UNREACHABLE, "away"), timedelta(seconds=1)),
        Lost(DeliveryError(FailureCode.ANSWER_LOST, "lost")),
    )
    chat.receive(user_id=42, text="Hello?")
    host = Host(chat)
    answer = chat.reply(42, "Hello!")
    clock.advance(timedelta(seconds=1))
    chat.courier.deliver_chat(42, "operator", upto=answer.seq)
    chat.mark_delivered(answer.key, arrived=False)
    clock.advance(timedelta(minutes=1))
    chat.retry(answer.key)
    assert [entry[2] for entry in host.told] == [
        *("Hello!", "sending", "Deferred", "queued"),
        *("sending", "Lost", "unknown"),
        "failed",
        *("queued", "sending", "Sent", "sent"),
    ]


@pytest.mark.accident
def test_a_host_that_breaks_breaks_nothing(chat: OperatorChat, caplog: pytest.LogCaptureFixture) -> None:
    """The chat goes on, the log says so, and whoever else wants to know is told."""

    @chat.hooks.on_message
    def broken(message: Message) -> None:
        raise RuntimeError("a mistake of the host")

    host = Host(chat)
    with caplog.at_level(logging.ERROR):
        assert chat.receive(user_id=42, text="Hello?").seq == 1
    assert host.told == [("message", "in", "Hello?")]
    assert [(record.message, vars(record)["hook"]) for record in caplog.records] == [("hook.broken", "on_message")]


def test_a_rehearsal_is_told_to_nobody(chat: OperatorChat) -> None:
    """What is rolled back has not happened."""
    host = Host(chat)
    with chat.rehearsal() as rehearsal:
        rehearsal.receive(user_id=42, text="Hello?")
    assert host.told == []


def test_a_hook_says_whether_anybody_listens() -> None:
    """So that nothing is prepared for nobody."""
    hook: Hook[int] = Hook("on_something")
    assert not hook
    told: list[int] = []
    hook(told.append)
    hook.tell(7)
    assert hook
    assert told == [7]
