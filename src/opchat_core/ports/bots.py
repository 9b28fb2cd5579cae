"""What is known of the bots of an installation."""

from __future__ import annotations

from typing import Protocol

from opchat_core.model.health import BotHealth, BotReport


class BotWatch(Protocol):
    """Remembers how bots fare. Both methods raise :class:`~opchat_core.errors.Unavailable` when the store is away."""

    def report_bot(self, report: BotReport) -> None:
        """Store what a bot says of itself, in place of what it said before."""
        ...

    def bot_health(self, bot_type: str) -> BotHealth:
        """Tell how a bot fares, at a cost that does not grow with anything."""
        ...
