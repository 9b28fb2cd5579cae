"""A chat that needs neither a database nor Telegram, on a clock that tests move."""

from __future__ import annotations

import pytest
from tests.support.stores import OPERATOR

from opchat_core.delivery import Courier
from opchat_core.service import OperatorChat
from opchat_core.testing import UNHURRIED, InMemoryFeed, InMemoryRepository, MovableClock, RecordingSender


@pytest.fixture
def clock() -> MovableClock:
    """A clock that a test moves."""
    return MovableClock()


@pytest.fixture
def feed() -> InMemoryFeed:
    """The changes of this chat."""
    return InMemoryFeed()


@pytest.fixture
def store(clock: MovableClock, feed: InMemoryFeed) -> InMemoryRepository:
    """An empty store in memory."""
    return InMemoryRepository(clock, feed=feed)


@pytest.fixture
def sender() -> RecordingSender:
    """A way to Telegram that follows a script."""
    return RecordingSender()


@pytest.fixture
def courier(store: InMemoryRepository, sender: RecordingSender) -> Courier:
    """Takes answers from that store to that sender."""
    return Courier(store, {OPERATOR: sender}, pace=UNHURRIED)


@pytest.fixture
def chat(store: InMemoryRepository, courier: Courier, feed: InMemoryFeed) -> OperatorChat:
    """The whole library."""
    return OperatorChat(store, courier, feed)
