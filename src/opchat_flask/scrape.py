"""One look at everything: what the processes have counted, and what the database knows now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from opchat_core.errors import Unavailable
from opchat_core.model.health import StallReason
from opchat_flask.meters import numbers

if TYPE_CHECKING:
    from opchat_core import OperatorChat
    from opchat_core.model import ChatCounts
    from opchat_core.model.health import BotHealth
    from opchat_core.ports import Backlog

__all__ = ["CONTENT_TYPE", "Stored", "scrape"]


class Stored(Collector):
    """What the database knows of the operator bot, read by four queries that no table's size is part of.

    Args:
        chat: Over which database.
    """

    def __init__(self, chat: OperatorChat) -> None:
        self._chat = chat

    def collect(self) -> Iterator[Metric]:
        """Read it; while the database is away, say so and no more."""
        try:
            chats = self._chat.list_chats(limit=1).counts
            backlog, health = self._chat.backlog(), self._chat.bot_health()
        except Unavailable:
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield from _queue(chats, backlog)
        yield from _bot(health)


def scrape(chat: OperatorChat) -> bytes:
    """Write the numbers in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(numbers())
    registry.register(Stored(chat))
    return generate_latest(registry)


def _queue(chats: ChatCounts, backlog: Backlog) -> Iterator[Metric]:
    waited = backlog.oldest_queued_age
    yield _gauges("chats", "Chats, by status.", "status", {"open": chats.open, "closed": chats.closed})
    yield _gauges(
        "answers",
        "Answers that are not at their end, and those in doubt, by delivery status.",
        "status",
        {"queued": backlog.queued, "sending": backlog.sending, "unknown": backlog.unknown},
    )
    yield _gauge(
        "oldest_queued_seconds",
        "How long the oldest queued answer has waited.",
        waited.total_seconds() if waited else 0,
    )


def _bot(health: BotHealth) -> Iterator[Metric]:
    yield _gauges(
        "sending_stalled",
        "Whether no answer leaves, by reason.",
        "reason",
        {reason.value: int(reason is health.stall) for reason in StallReason},
    )
    if health.seen_at is None:
        return
    oldest = health.oldest_unsaved_at
    age = (health.as_of - oldest).total_seconds() if oldest else 0
    seen = (health.as_of - health.seen_at).total_seconds()
    yield _gauge("bot_report_age_seconds", "Since when the bot has not reported.", seen)
    yield _gauge("bot_unsaved_age_seconds", "How old the oldest update is that is not stored.", age)
    yield _gauge("bot_conflict", "Whether two bots poll with one token.", int(health.conflict_since is not None))
    if health.pending_updates is not None:
        yield _gauge("bot_pending_updates", "Updates that wait with Telegram.", health.pending_updates)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"opchat_{name}", meaning, value)


def _gauges(name: str, meaning: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"opchat_{name}", meaning, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family
