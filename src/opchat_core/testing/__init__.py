"""Tools for the tests of whoever builds on opchat: no database, no Telegram, no waiting.

The stand-in for Telegram itself is :class:`opchat_core.testing.simulator.Simulator`; import it from there, for it needs
the extra ``cli``.
"""

from opchat_core.testing.clock import MovableClock
from opchat_core.testing.feed import InMemoryFeed
from opchat_core.testing.memory import InMemoryRepository
from opchat_core.testing.sender import Attempt, RecordingSender

__all__ = ["Attempt", "InMemoryFeed", "InMemoryRepository", "MovableClock", "RecordingSender"]
