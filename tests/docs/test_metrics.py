"""The page of metrics is compared with what is served."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.docs.test_reference import rows

from opchat_core.model.health import BotMode, BotReport
from opchat_core.testing import in_memory_chat
from opchat_flask.meters import REGISTRY
from opchat_flask.scrape import Stored

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def test_the_page_names_each_metric_with_its_type_and_labels() -> None:
    """Each metric that processes count or the database tells of is on the page, and no other."""
    chat = in_memory_chat()
    chat.report_bot(BotReport(mode=BotMode.POLLING, pending_updates=1, oldest_unsaved_at=datetime.now(UTC)))
    served = {_name(metric): metric.type for metric in [*REGISTRY.collect(), *Stored(chat).collect()]}
    # What has not been counted yet has no sample, so that its labels are read off the metric's definition.
    labelled = {_name(metric): set(one.labels) for metric in Stored(chat).collect() for one in metric.samples}
    labelled |= {"opchat_messages_total": {"direction"}, "opchat_deliveries_total": {"status"}}
    labelled |= {"opchat_send_seconds": {"outcome"}}

    page = [(code, cells) for heading, code, cells in rows("metrics.md") if heading.startswith("What the")]
    assert {code: cells[0] for code, cells in page} == served
    told = {code: set(re.findall(r"`(\w+)`", cells[1])) for code, cells in page}
    assert {name: told[name] for name in labelled} == labelled


def _name(metric: Metric) -> str:
    return f"{metric.name}_total" if metric.type == "counter" else metric.name
