"""Tools for the tests of whoever builds on opchat: no database, no Telegram, no waiting.

Three more are imported from where they are, for each needs something that not everybody has: the stand-in for Telegram,
:class:`opchat_core.testing.simulator.Simulator` (the extra ``cli``), fixtures for pytest,
:mod:`opchat_core.testing.plugin`, and strategies for Hypothesis, :mod:`opchat_core.testing.strategies`.
"""

from opchat_core.testing.chat import UNHURRIED, in_memory_chat
from opchat_core.testing.clock import MovableClock
from opchat_core.testing.feed import InMemoryFeed
from opchat_core.testing.memory import InMemoryRepository
from opchat_core.testing.sender import RecordingSender

__all__ = [
    "UNHURRIED",
    "InMemoryFeed",
    "InMemoryRepository",
    "MovableClock",
    "RecordingSender",
    "in_memory_chat",
]
