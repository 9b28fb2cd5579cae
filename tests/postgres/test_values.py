"""Values that no rule of the model has seen, on their way to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import postgres_store

from opchat_core.delivery import Courier
from opchat_core.errors import InvalidInput, OpchatError
from opchat_core.model import ChatStatus, MessageKey
from opchat_core.service import OperatorChat
from opchat_core.testing import InMemoryFeed

if TYPE_CHECKING:
    from collections.abc import Iterator

BEYOND = 2**70


@pytest.fixture
def chat(clean_database: str) -> Iterator[OperatorChat]:
    with postgres_store(clean_database) as store:
        yield OperatorChat(store, Courier(store, {}), InMemoryFeed())


@pytest.mark.parametrize(
    "act",
    [
        lambda chat: chat.chat(BEYOND),
        lambda chat: chat.read_chat(42, after=BEYOND),
        lambda chat: chat.history(42, before=BEYOND),
        lambda chat: chat.set_status(BEYOND, ChatStatus.CLOSED),
        lambda chat: chat.mark_read(BEYOND, 1),
        lambda chat: chat.mark_read(42, BEYOND),
        lambda chat: chat.set_blocked(BEYOND, blocked=True),
        lambda chat: chat.message(MessageKey(42, "operator", BEYOND)),
        lambda chat: chat.mark_delivered(MessageKey(42, "operator", BEYOND), arrived=True),
        lambda chat: chat.chat(42, bot_type="a\x00b"),
        lambda chat: chat.set_status(42, ChatStatus.CLOSED, bot_type="\ud800"),
    ],
)
def test_a_value_beyond_the_database_is_an_error_of_the_caller(
    chat: OperatorChat, act: Callable[[OperatorChat], object]
) -> None:
    """Not found, or invalid: never "run migrate", and never an error of somebody else's library."""
    with pytest.raises(OpchatError) as caught:
        act(chat)
    assert caught.value.code in {"invalid_input", "user_not_found", "message_not_found"}


def test_nobody_is_found_by_a_name_that_nobody_can_have(chat: OperatorChat) -> None:
    """A name from outside may be anything."""
    with pytest.raises(InvalidInput):
        chat.operators.find("a\x00")
