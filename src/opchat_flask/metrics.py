"""``/metrics``: how the installation fares, for Prometheus."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from opchat_flask.auth import bearer_token, require_operator
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat, current_mount
from opchat_flask.problems import answer_with_problems

if TYPE_CHECKING:
    from opchat_core.hooks import Hooks
    from opchat_flask.streams import Streams

metrics = Blueprint("opchat_metrics", __name__)
guard(metrics)
answer_with_problems(metrics)


@metrics.before_request
def admit() -> None:
    """Let a monitor pass that shows its own token, which opens nothing else, and operators.

    The monitor's token is checked without the database: how that fares is among the numbers.

    Raises:
        Unauthenticated: For everybody else, whatever address they come from: behind a proxy all come from here.
    """
    shown, wanted = bearer_token(request), current_mount().config.metrics_token
    if not shown or not wanted or not hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), wanted.encode()):
        require_operator()


@metrics.get("/metrics")
def get_metrics() -> Response:
    """Write what the processes have counted, and what the database knows."""
    from opchat_flask.scrape import CONTENT_TYPE, scrape  # noqa: PLC0415 - see opchat_flask.meters

    return Response(scrape(current_chat()), content_type=CONTENT_TYPE)


def count(hooks: Hooks, streams: Streams | None = None) -> None:
    """Count what happens in this process from now on; doing it again changes nothing."""
    from opchat_flask import meters  # noqa: PLC0415 - see there

    meters.watch(hooks)
    if streams is not None:
        meters.watch_streams(streams.on_use)
