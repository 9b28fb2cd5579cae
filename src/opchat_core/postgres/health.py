"""How bots fare, in PostgreSQL."""

from __future__ import annotations

from opchat_core.model.health import CONFLICT_LASTS, NOBODY_SENDS, BotHealth, BotReport
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_REPORT_BOT = query("report_bot")
_BOT_HEALTH = query("bot_health")


class BotReportTable(Base):
    """The part of the repository that knows how bots fare; :class:`~opchat_core.ports.BotWatch` documents it."""

    def report_bot(self, report: BotReport) -> None:
        """See :meth:`opchat_core.ports.BotWatch.report_bot`."""
        parameters = {
            "bot_type": report.bot_type,
            "mode": report.mode.value,
            "pending_updates": report.pending_updates,
            "oldest_unsaved_at": report.oldest_unsaved_at,
            "conflict": report.conflict,
            "conflict_lasts": CONFLICT_LASTS,
            "now": self._now(),
        }
        self._database.execute(_REPORT_BOT, parameters)

    def bot_health(self, bot_type: str) -> BotHealth:
        """See :meth:`opchat_core.ports.BotWatch.bot_health`."""
        parameters = {
            "bot_type": bot_type,
            "conflict_lasts": CONFLICT_LASTS,
            "nobody_sends": NOBODY_SENDS,
            "now": self._now(),
        }
        (health,) = self._database.fetch(_BOT_HEALTH, BotHealth, parameters)
        return health
