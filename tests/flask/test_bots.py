"""How bots fare: what they report, and who is told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client, problem_of

from opchat_core.errors import DatabaseUnavailable
from opchat_core.model.health import BotMode
from opchat_core.model.wire import iso_time

if TYPE_CHECKING:
    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

REPORT = {"mode": "polling", "pendingUpdates": 3, "conflict": False}


def two_hours_ago() -> str | None:
    return iso_time(datetime.now(UTC) - timedelta(hours=2))


def codes(answer: Any) -> list[str]:
    return [warning["code"] for warning in answer.json["warnings"]]


def test_only_the_bot_tells_how_it_fares(client: Client, bot: dict[str, str], chat: OperatorChat) -> None:
    """A stranger could send keepers after a bot that is well; what is no report is refused."""
    problem_of(client.post("/api/bot-status", json=REPORT), 401, "unauthenticated")
    problem_of(client.post("/api/bot-status", json={"conflict": 1}, headers=bot), 422, "invalid_input")
    assert chat.bot_health().seen_at is None
    answer = client.post("/api/bot-status", json=REPORT, headers=bot)
    assert (answer.status_code, answer.json) == (200, {"success": True})
    assert (chat.bot_health().mode, chat.bot_health().pending_updates) == (BotMode.POLLING, 3)


def test_a_server_is_ready_whatever_its_bot_does(
    client: Client, bot: dict[str, str], operator: dict[str, str], chat: OperatorChat
) -> None:
    """A bot in trouble is a warning to everybody who asks, and no reason to send requests elsewhere."""
    assert codes(client.get("/readyz")) == []
    client.post("/api/bot-status", json={**REPORT, "conflict": True, "oldestUnsavedAt": two_hours_ago()}, headers=bot)
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["status"] == "ready"
    assert codes(ready) == ["bot_behind", "bot_conflict"]
    assert client.get("/api/status", headers=operator).json["warnings"] == ready.json["warnings"]
    client.post("/api/bot-status", json=REPORT, headers=bot)
    assert codes(client.get("/readyz")) == ["bot_conflict"]  # two bots report in turn


def test_how_far_behind_the_bot_is_while_the_database_is_away(
    client: Client, bot: dict[str, str], chat: OperatorChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report cannot be stored, but the process that got it tells it until there is a newer one."""

    def away(*_: object) -> None:
        raise DatabaseUnavailable("It is away.")

    with monkeypatch.context() as broken:
        broken.setattr(chat, "check", away)
        broken.setattr(chat, "report_bot", away)
        assert client.get("/readyz").json["warnings"] == []
        report = {**REPORT, "oldestUnsavedAt": two_hours_ago()}
        problem_of(client.post("/api/bot-status", json=report, headers=bot), 503, "database_unavailable")
        problem = problem_of(client.get("/readyz"), 503, "database_unavailable")
        assert [warning["code"] for warning in problem["warnings"]] == ["bot_behind"]
        client.post("/api/bot-status", json=REPORT, headers=bot)
        assert client.get("/readyz").json["warnings"] == []


def test_operators_learn_why_nothing_leaves(
    client: Client, operator: dict[str, str], anna: int, simulator: Simulator, chat: OperatorChat
) -> None:
    """The reason is one word, and whoever has the answer already is told so while nothing changes."""
    problem_of(client.get("/api/status"), 401, "unauthenticated")
    calm = client.get("/api/status", headers=operator)
    assert calm.json == {"sending": {"stalled": None}, "warnings": []}
    held = {**operator, "If-None-Match": calm.headers["ETag"]}
    assert client.get("/api/status", headers=held).status_code == 304
    simulator.fail("sendMessage", "unauthorized")
    chat.reply(anna, "On its way!")
    stalled = client.get("/api/status", headers=held)
    assert stalled.json["sending"] == {"stalled": "unauthorized"}
    assert codes(stalled) == ["sending_stalled"]
    chat.reply(anna, "It has arrived.")  # asks whether the token is good again
    assert client.get("/api/status", headers=held).status_code == 304
