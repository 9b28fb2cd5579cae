"""What a monitor reads, and who may read it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.flask.conftest import Client, bearer, problem_of

from opchat_core.errors import DatabaseUnavailable
from opchat_core.model.health import BotMode, BotReport
from opchat_flask import create_app
from opchat_flask.mount import mount_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from opchat_core import Config, OperatorChat
    from opchat_core.testing.simulator import Simulator

MONITOR = "what-prometheus-shows"


@pytest.fixture
def monitored(chat: OperatorChat, config: Config) -> FlaskClient:
    """An installation whose monitor has a token."""
    return create_app(chat, attrs.evolve(config, metrics_token=MONITOR)).test_client()


@pytest.fixture
def numbers(monitored: FlaskClient) -> Callable[[], dict[str, float]]:
    """Reads all numbers; each by its name and labels as they are written."""

    def read() -> dict[str, float]:
        answer = monitored.get("/metrics", headers=bearer(MONITOR))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        return {
            sample.name + "".join(f" {word}" for word in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return read


def test_strangers_read_no_numbers(client: Client, monitored: Client, operator: dict[str, str]) -> None:
    """Nobody does without a proof, from whatever address; the monitor's token opens nothing else."""
    for stranger in (client, monitored):
        problem_of(stranger.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}), 401, "unauthenticated")
        for token in (MONITOR[:-1], "\udcff", ""):
            problem_of(stranger.get("/metrics", headers=bearer(token)), 401, "unauthenticated")
        assert stranger.get("/metrics", headers=operator).status_code == 200
    problem_of(client.get("/metrics", headers=bearer(MONITOR)), 401, "unauthenticated")
    problem_of(monitored.get("/api/operator-chats", headers=bearer(MONITOR)), 401, "unauthenticated")


def test_the_database_tells_what_waits_and_how_the_bot_fares(
    numbers: Callable[[], dict[str, float]], chat: OperatorChat, anna: int, simulator: Simulator
) -> None:
    """States, ages and troubles as they are now, whichever process made them so."""
    told = numbers()
    assert (told["opchat_database_up"], told["opchat_chats open"], told["opchat_chats closed"]) == (1, 1, 0)
    assert (told["opchat_answers queued"], told["opchat_oldest_queued_seconds"]) == (0, 0)
    assert "opchat_bot_conflict" not in told
    simulator.fail("sendMessage", "unauthorized")
    chat.reply(anna, "One")
    simulator.fail("getMe", "unauthorized")
    chat.reply(anna, "Two")
    chat.close_chat(anna)
    oldest = datetime.now(UTC) - timedelta(hours=2)
    chat.report_bot(BotReport(mode=BotMode.POLLING, pending_updates=3, oldest_unsaved_at=oldest, conflict=True))
    told = numbers()
    assert (told["opchat_answers queued"], told["opchat_chats closed"]) == (1, 1)
    assert 0 < told["opchat_oldest_queued_seconds"] < 60
    assert told["opchat_sending_stalled unauthorized"] == 1
    assert told["opchat_sending_stalled unreachable"] == 0
    assert 0 <= told["opchat_bot_report_age_seconds"] < 60
    assert 7200 <= told["opchat_bot_unsaved_age_seconds"] < 7300
    assert (told["opchat_bot_conflict"], told["opchat_bot_pending_updates"]) == (1, 3)


def test_the_processes_tell_what_they_did(
    numbers: Callable[[], dict[str, float]], monitored: FlaskClient, chat: OperatorChat, simulator: Simulator
) -> None:
    """Messages, attempts with their time, retries, waits that Telegram asked for, connections and streams."""
    before = numbers()
    simulator.user(43)
    chat.receive(user_id=43, text="Hello?")
    simulator.fail("sendMessage", "too_many_requests", retry_after=1)
    answer = chat.reply(43, "Hello!")
    while chat.message(answer.key).delivery.status != "sent":  # type: ignore[union-attr] # answers have one
        chat.courier.deliver_chat(43, "operator", upto=answer.seq)
    told = {name: value - before.get(name, 0) for name, value in numbers().items()}
    assert (told["opchat_messages_total in"], told["opchat_messages_total out"]) == (1, 1)
    assert (told["opchat_deliveries_total queued"], told["opchat_deliveries_total sent"]) == (1, 1)
    assert (told["opchat_send_seconds_count deferred"], told["opchat_send_seconds_count sent"]) == (1, 1)
    assert told["opchat_send_retries_total"] == 1
    assert (told["opchat_rate_limits_total"], told["opchat_rate_limit_seconds_total"]) == (1, 1)
    with chat.rehearsal(), mount_of(monitored.application).streams.slot():
        now = numbers()
    assert 1 <= now["opchat_pool_connections_used"] <= now["opchat_pool_connections_max"] == 16
    assert now["opchat_event_streams"] == 1
    assert numbers()["opchat_event_streams"] == 0


def test_a_monitor_hears_that_the_database_is_away(
    numbers: Callable[[], dict[str, float]], chat: OperatorChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is what it is for: what the processes know is told all the same."""

    def away(**_: object) -> None:
        raise DatabaseUnavailable("It is away.")

    monkeypatch.setattr(chat, "backlog", away)
    told = numbers()
    assert told["opchat_database_up"] == 0
    assert "opchat_answers queued" not in told
    assert "opchat_event_streams" in told


def test_numbers_name_nobody(numbers: Callable[[], dict[str, float]], anna: int) -> None:
    """Labels are words of the contract, so that their number is bounded and no person is among them."""
    words = {word for name in numbers() for word in name.split()[1:]}
    assert all(re.fullmatch(r"[a-z_]+|\+Inf|[0-9.]+", word) for word in words), words
    assert str(anna) not in words
