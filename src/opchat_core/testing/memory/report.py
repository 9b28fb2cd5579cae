"""What a bot in memory said of itself."""

from __future__ import annotations

from datetime import datetime

from attrs import define

from opchat_core.model.health import CONFLICT_LASTS, BotReport


@define
class StoredReport:
    """What a bot said last, when, and since when there are two of them."""

    report: BotReport
    seen_at: datetime
    conflict_since: datetime | None = None
    conflict_at: datetime | None = None

    def conflicts(self, now: datetime) -> bool:
        """Whether another bot is in its way."""
        return self.conflict_at is not None and self.conflict_at > now - CONFLICT_LASTS
