"""The API check against a real server: all endpoints pass, faults are named, and no trace is left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.tables import contents

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.support.processes import Processes

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def server(
    request: pytest.FixtureRequest, processes: Processes, clean_database: str, simulator: Simulator, port: int
) -> str:
    """A server with a bot, open to everyone unless parametrized with ``verified``; its address."""
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "OPCHAT_INGEST": getattr(request, "param", "open"),
    }
    url = f"http://127.0.0.1:{port}"
    processes.opchat("serve", f"--port={port}", environment=settings).wait_for_url(f"{url}/readyz")
    return url


@pytest.mark.parametrize("server", ["open", "verified"], indirect=True)
def test_passes_sends_and_leaves_no_trace(
    server: str, cli: Cli, anna: int, clean_database: str, simulator: Simulator
) -> None:
    """The whole check on a user with a chat: what was there is untouched, nothing is added, one message arrives."""
    simulator.user(anna)
    before = contents(clean_database)
    quiet = cli("test-simple", str(anna), "--url", server)
    assert quiet.exit_code == 0, quiet.output
    assert not simulator.sent(anna)
    loud = cli("test-simple", str(anna), "--send", "--json", API_BASE_URL=server)
    told = json.loads(loud.stdout)
    assert told["ok"], told
    assert [message.text for message in simulator.sent(anna)] == ["opchat test-simple: a test message"]
    stranger = cli("test-simple", "4711", "--url", server)
    assert stranger.exit_code == 0, stranger.output
    after = contents(clean_database)
    del before["settings"], after["settings"]  # the server's own secret, made with the first request
    assert after == before


def test_says_when_telegram_refuses(server: str, cli: Cli, simulator: Simulator) -> None:
    """An answer that does not arrive fails its step, with Telegram's reason."""
    told = json.loads(cli("test-simple", "4711", "--send", "--json", "--url", server).stdout)
    [wrong] = [step for step in told["steps"] if not step["ok"]]
    assert "chat_not_found" in wrong["wrong"]


def test_a_token_of_ones_own(server: str, cli: Cli, chat: OperatorChat) -> None:
    """From a machine without the database, a token is enough; what stays is said, and how it goes."""
    chat.operators.add("anna")
    token = chat.operators.issue_token("anna").secret
    away = "postgresql://127.0.0.1:1/x"
    result = cli("test-simple", "4711", "--url", server, OPCHAT_API_TOKEN=token, DATABASE_URL=away)
    assert result.exit_code == 0, result.output
    assert "opchat forget 4711 --bot-type selftest" in result.stderr
    assert chat.bot_types(4711) == ("selftest",)
    assert not chat.list_chats().chats
    without = cli("test-simple", "4711", "--url", server, DATABASE_URL=away)
    assert without.exit_code == 1
    assert "OPCHAT_API_TOKEN" in without.stderr


def test_a_token_of_nobody(server: str, cli: Cli, clean_database: str) -> None:
    """The step says that the server refuses the token, and nothing was stored."""
    before = contents(clean_database)
    result = cli("test-simple", "4711", "--url", server, "--token", "opchat_wrong")
    assert result.exit_code == 1
    assert "refuses the operator token (401)" in result.stdout
    assert contents(clean_database)["chat_messages"] == before["chat_messages"] == []


def test_nobody_answers(cli: Cli, port: int, clean_database: str) -> None:
    """The one step that was taken says what to do, and the short-lived operator is gone."""
    before = contents(clean_database)
    result = cli("test-simple", "42", "--url", f"http://127.0.0.1:{port}")
    assert result.exit_code == 1
    assert "is `opchat serve` running?" in result.stdout
    assert contents(clean_database) == before


def test_another_program_answers(cli: Cli, simulator: Simulator) -> None:
    """A server that is not opchat's is told apart."""
    result = cli("test-simple", "42", "--url", simulator.url)
    assert result.exit_code == 1
    assert "is that an opchat server?" in result.stdout
