"""The whole loop on real parts: server, bot, Telegram's stand-in and database, each in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return free_port()


@pytest.fixture(params=["directly", "through PgBouncer"])
def database(request: pytest.FixtureRequest, clean_database: str) -> str:
    """The database as the programs reach it."""
    if request.param == "directly":
        return clean_database
    url: str = request.getfixturevalue("pgbouncer")
    return url


def test_a_question_is_answered(processes: Processes, database: str, simulator: Simulator, port: int) -> None:
    """Anna writes, the operator finds it listed, answers, and closes; Anna reads it, writes, and is back."""
    settings = {
        "DATABASE_URL": database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "API_BASE_URL": f"http://127.0.0.1:{port}",
        "OPCHAT_INGEST": "verified",
    }
    url = settings["API_BASE_URL"]
    server = processes.opchat("serve", f"--port={port}", environment=settings)
    bot = processes.opchat("bot", environment=settings)
    server.wait_for_url(f"{url}/readyz")
    with connect(database) as installation:
        installation.operators.add("olga")
        token = installation.operators.issue_token("olga").secret
    bearer = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=bearer) as operator:
        anna = simulator.user(first_name="Анна", username="anna")
        simulator.send_text(anna.id, "Where is my order? 🫖")
        listed = chats(operator)
        eventually(lambda: len(listed()) == 1, what="the chat in the list")
        [seen] = listed()
        assert seen["user"]["firstName"] == "Анна"
        assert seen["lastMessage"]["messageText"] == "Where is my order? 🫖"
        assert seen["lastMessage"]["verified"] is True
        assert seen["unreadCount"] == 1

        conversation = f"/api/users/{anna.id}/operator-chat"
        answer = operator.post(conversation, json={"messageText": "It left today.\n  <b>Really</b>"})
        assert answer.status_code == 201
        assert answer.json()["message"]["delivery"]["status"] == "sent"
        assert answer.json()["message"]["operator"] == "olga"
        assert [message.text for message in simulator.sent(anna.id)][-1] == "It left today.\n  <b>Really</b>"

        closed = operator.patch("/api/operator-chats", json={"userId": anna.id, "status": "closed"})
        assert closed.json()["chat"]["status"] == "closed"
        simulator.send_text(anna.id, "Thank you!")
        eventually(lambda: bool(chats(operator, status="open")()), what="the reopened chat")
        history = operator.get(conversation).json()["messages"]
        assert [message["direction"] for message in history] == ["in", "out", "in"]

    checks = [processes.opchat("test-direct", str(anna.id), environment=settings)]
    checks += [processes.opchat("test-simple", str(anna.id), "--send", environment=settings)]
    for check in checks:
        assert check.wait() == 0, check.output()
    assert [server.terminate(), bot.terminate()] == [0, 0]
    assert simulator.pending_updates() == 0


def chats(operator: httpx.Client, **query: str) -> Callable[[], list[dict[str, Any]]]:
    """Asks for the list of chats."""

    def ask() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = operator.get("/api/operator-chats", params=query).json()["chats"]
        return found

    return ask
