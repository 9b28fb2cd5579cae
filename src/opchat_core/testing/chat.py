"""A whole operator chat in one call, in memory."""

from __future__ import annotations

from datetime import timedelta

from opchat_core.config import Config
from opchat_core.delivery import Courier
from opchat_core.model import OPERATOR, Pace, Rate
from opchat_core.ports import Clock, Sender
from opchat_core.service import OperatorChat
from opchat_core.testing.feed import InMemoryFeed
from opchat_core.testing.memory import InMemoryRepository
from opchat_core.testing.sender import RecordingSender

UNHURRIED = Pace(chat=Rate(10**6, timedelta(seconds=1)), bot=Rate(10**6, timedelta(seconds=1)))
"""A pace that never makes an answer wait: on a clock that stands still it would wait for good."""


def in_memory_chat(
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    config: Config | None = None,
    pace: Pace = UNHURRIED,
) -> OperatorChat:
    """Make an operator chat that needs neither a database nor Telegram.

    Its store passes the same tests as the one in PostgreSQL. It holds no connection and no thread, so that closing it
    is optional.

    Args:
        sender: Takes the answers of bot type ``operator``; a :class:`RecordingSender` by default, to which everything
            arrives.
        clock: Tells the time; the system's by default.
        config: The installation's settings.
        pace: How fast answers may leave; by default nothing waits.

    Example:
        ::

            sender = RecordingSender()
            chat = in_memory_chat(sender=sender)
            chat.receive(user_id=42, text="Where is my order?")
            chat.reply(42, "On its way!")
            assert sender.texts == ["On its way!"]
    """
    feed = InMemoryFeed()
    store = InMemoryRepository(clock, feed=feed)
    courier = Courier(store, {OPERATOR: sender or RecordingSender()}, pace=pace)
    return OperatorChat(store, courier, feed, config=config)
