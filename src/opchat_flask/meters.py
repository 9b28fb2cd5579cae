"""What is counted in each process, in the words of Prometheus; docs/reference/metrics.md explains each.

prometheus_client decides when it is imported whether the processes of a program keep their numbers together, in the
directory ``PROMETHEUS_MULTIPROC_DIR``. So this module is imported late: when there is something to count.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from opchat_core.errors import ConfigError
from opchat_core.hooks import Attempt, Hook, Hooks, PoolUse
from opchat_core.model import Deferred, DeliveryStatus, FailureCode, Message

REGISTRY = CollectorRegistry()
"""The numbers of this process."""

_PREFIX = "opchat_"
_SEND_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds; Telegram is waited for 30 at most

MESSAGES = Counter(
    "opchat_messages", "Messages stored, by direction; a new version counts again.", ["direction"], registry=REGISTRY
)
DELIVERIES = Counter(
    "opchat_deliveries", "Answers that came to a delivery status, by status.", ["status"], registry=REGISTRY
)
SENDS = Histogram(
    "opchat_send_seconds",
    "How long Telegram took for an attempt to send, by outcome.",
    ["outcome"],
    buckets=_SEND_BUCKETS,
    registry=REGISTRY,
)
RETRIES = Counter("opchat_send_retries", "Attempts to send that were not an answer's first.", registry=REGISTRY)
LIMITS = Counter("opchat_rate_limits", "Attempts that Telegram refused for the pace (429).", registry=REGISTRY)
LIMITED = Counter("opchat_rate_limit_seconds", "Waits that Telegram asked for (429), added up.", registry=REGISTRY)
POOL_USED = Gauge(
    "opchat_pool_connections_used",
    "Database connections that are lent now.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
POOL_MOST = Gauge(
    "opchat_pool_connections_max",
    "Database connections that could be lent.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
POOL_REFUSALS = Counter(
    "opchat_pool_refusals", "Callers turned away because every connection was lent.", registry=REGISTRY
)
STREAMS = Gauge(
    "opchat_event_streams", "Event streams that are open now.", multiprocess_mode="livesum", registry=REGISTRY
)

_watched: WeakSet[Hooks] = WeakSet()


class _Together(Collector):
    """The numbers of all processes of this program, of which the host may have others in the same directory."""

    def collect(self) -> Iterator[Metric]:
        """Add them up."""
        together = MultiProcessCollector(None)  # type: ignore[no-untyped-call] # prometheus_client is typed in part
        for metric in together.collect():  # type: ignore[no-untyped-call] # the same
            if metric.name.startswith(_PREFIX):
                yield metric


def numbers() -> Collector:
    """What all processes of this program have counted; those of this one where each keeps its own."""
    return _Together() if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else REGISTRY


def watch(hooks: Hooks) -> None:
    """Count what happens from now on; doing it again changes nothing."""
    if hooks in _watched:
        return
    _watched.add(hooks)
    hooks.on_message(_count_message)
    hooks.on_delivery(_count_delivery)
    hooks.on_attempt(_count_attempt)
    hooks.on_pool(_count_connections)


def watch_streams(streams: Hook[int]) -> None:
    """Count event streams from now on."""
    streams(STREAMS.set)


@contextmanager
def served(port: int) -> Iterator[None]:
    """Serve the numbers of this process at ``/metrics``, to this machine alone, for as long as the context lasts.

    Raises:
        ConfigError: If somebody listens at the port.
    """
    try:
        server, thread = start_http_server(port, addr="127.0.0.1", registry=REGISTRY)
    except OSError as error:
        raise ConfigError(f"The metrics cannot be served on port {port}: {error.strerror}.") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _count_message(message: Message) -> None:
    MESSAGES.labels(message.direction.value).inc()


def _count_delivery(message: Message) -> None:
    if message.delivery and message.delivery.status is not DeliveryStatus.SENDING:
        DELIVERIES.labels(message.delivery.status.value).inc()


def _count_attempt(attempt: Attempt) -> None:
    SENDS.labels(type(attempt.outcome).__name__.lower()).observe(attempt.took.total_seconds())
    if attempt.message.delivery and attempt.message.delivery.attempts > 1:
        RETRIES.inc()
    if isinstance(attempt.outcome, Deferred) and attempt.outcome.error.code == FailureCode.RATE_LIMITED:
        LIMITS.inc()
        if attempt.outcome.retry_after:
            LIMITED.inc(attempt.outcome.retry_after.total_seconds())


def _count_connections(use: PoolUse) -> None:
    POOL_USED.set(use.in_use)
    POOL_MOST.set(use.size)
    if use.refused:
        POOL_REFUSALS.inc()
