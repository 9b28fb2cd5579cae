"""How bots fare, in memory."""

from __future__ import annotations

from datetime import datetime

import attrs

from opchat_core.model.health import NOBODY_SENDS, BotHealth, BotReport, StallReason
from opchat_core.testing.memory.base import InMemoryBase
from opchat_core.testing.memory.report import StoredReport


class InMemoryBotWatch(InMemoryBase):
    """A :class:`~opchat_core.ports.BotWatch`."""

    def report_bot(self, report: BotReport) -> None:
        """Store what a bot says of itself."""
        with self._lock:
            now = self._clock.now()
            known = self._tables.reports.setdefault(report.bot_type, StoredReport(report, now))
            if report.conflict:
                known.conflict_since = known.conflict_since if known.conflicts(now) else now
                known.conflict_at = now
            known.report, known.seen_at = report, now

    def bot_health(self, bot_type: str) -> BotHealth:
        """Tell how a bot fares."""
        with self._lock:
            now, known = self._clock.now(), self._tables.reports.get(bot_type)
            health = BotHealth(as_of=now, stall=self._stall(bot_type, now))
            if known is None:
                return health
            return attrs.evolve(
                health,
                seen_at=known.seen_at,
                mode=known.report.mode,
                pending_updates=known.report.pending_updates,
                oldest_unsaved_at=known.report.oldest_unsaved_at,
                conflict_since=known.conflict_since if known.conflicts(now) else None,
            )

    def _stall(self, bot_type: str, now: datetime) -> StallReason | None:
        bot = self._tables.bots[bot_type]
        waiting = [c.attend_at for c in self._tables.chats.values() if c.bot_type == bot_type and c.attend_at]
        if bot.pause_reason is not None:
            return StallReason.UNAUTHORIZED
        if bot.wait_reason and (bot.waits_until > now or (bot.failures > 1 and waiting)):
            return StallReason(bot.wait_reason)
        if waiting and max(min(waiting), bot.ready_at) < now - NOBODY_SENDS:
            return StallReason.NOBODY_SENDS
        return None
