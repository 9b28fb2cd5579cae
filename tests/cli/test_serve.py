"""The server as a process: what it says at its start, how it ends, and when it refuses to begin."""

from __future__ import annotations

import signal
import socket
import time
from typing import TYPE_CHECKING

import httpx
from tests.support.deadline import eventually

from opchat_core import connect
from opchat_core.config import derive_ingest_token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.processes import Processes

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


def test_brings_the_schema_and_says_what_is_missing(processes: Processes, empty_database: str, port: int) -> None:
    """It migrates, and tells of the open door, the missing operator and the missing bot, once each."""
    server = processes.opchat("serve", f"--port={port}", environment={"DATABASE_URL": empty_database})
    server.wait_for_url(f"http://127.0.0.1:{port}/readyz")
    told = server.stderr.read_text()
    for notice in ("is open to everyone", "no operator yet", "OPERATOR_BOT_TOKEN is not set"):
        assert told.count(notice) == 1
    assert server.stdout.read_text() == ""


def test_ends_soon_when_told(processes: Processes, clean_database: str, chat: OperatorChat, port: int) -> None:
    """SIGTERM ends two workers with an event stream under way, within ten seconds, with 0, and frees the port."""
    server = processes.opchat("serve", f"--port={port}", "--workers=2", environment={"DATABASE_URL": clean_database})
    url = f"http://127.0.0.1:{port}"
    server.wait_for_url(f"{url}/readyz")
    chat.operators.add("anna")
    bearer = {"Authorization": f"Bearer {chat.operators.issue_token('anna').secret}"}
    with httpx.stream("GET", f"{url}/api/events", headers=bearer) as stream:
        assert stream.status_code == 200
        started = time.monotonic()
        assert server.terminate(within=10) == 0
    assert time.monotonic() - started < 10
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_all_processes_count_together(
    processes: Processes, clean_database: str, simulator: Simulator, port: int, tmp_path: Path
) -> None:
    """Whichever worker is asked tells what both and the delivery beside them did, and nothing of it is left behind."""
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "OPCHAT_METRICS_TOKEN": "what-prometheus-shows",
        "TMPDIR": str(tmp_path),
    }
    server = processes.opchat("serve", f"--port={port}", "--workers=2", environment=settings)
    url = f"http://127.0.0.1:{port}"
    server.wait_for_url(f"{url}/readyz")
    simulator.user(42)
    for number in range(20):  # each on a connection of its own, which the system gives to either worker
        by_bot = {"Authorization": f"Bearer {derive_ingest_token(simulator.token)}"} if number % 2 else {}
        message = {"userId": 42, "messageText": str(number)}
        httpx.post(f"{url}/api/chat-message", json=message, headers=by_bot).raise_for_status()
    # Queued by somebody who leaves it to the delivery of the server's first process.
    with connect(clean_database, bot_token=simulator.token, telegram_api_url="http://127.0.0.1:1") as chat:
        chat.reply(42, "Hello!")
    eventually(lambda: bool(simulator.sent(42)), what="the answer")
    proof = {"Authorization": "Bearer what-prometheus-shows"}
    sent = 'opchat_send_seconds_count{outcome="sent"} 1.0'
    eventually(lambda: sent in httpx.get(f"{url}/metrics", headers=proof).text, what="the count of the answer")
    told = [httpx.get(f"{url}/metrics", headers=proof).text for _ in range(10)]
    assert all('opchat_messages_total{direction="in"} 20.0' in text for text in told)
    assert all(sent in text for text in told)
    assert server.terminate(within=10) == 0
    assert list(tmp_path.glob("opchat-metrics-*")) == []


def test_ctrl_c_is_no_accident(processes: Processes, clean_database: str, port: int) -> None:
    """SIGINT ends it as well, without a traceback."""
    server = processes.opchat("serve", f"--port={port}", environment={"DATABASE_URL": clean_database})
    server.wait_for_url(f"http://127.0.0.1:{port}/readyz")
    server.process.send_signal(signal.SIGINT)
    assert server.wait(10) == 0
    assert "Traceback" not in server.output()


def test_a_taken_port_is_1_and_one_line(processes: Processes, clean_database: str) -> None:
    """It says so before it has touched anything."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        server = processes.opchat("serve", f"--port={port}", environment={"DATABASE_URL": clean_database})
        assert server.wait() == 1
    told = server.output().splitlines()
    assert len(told) == 1
    assert str(port) in told[0]


def test_delivers_what_was_left(processes: Processes, clean_database: str, simulator: Simulator, port: int) -> None:
    """An answer that somebody queued while Telegram was away goes out by itself, and no log shows the token."""
    simulator.user(42)
    queue_answer(clean_database, "Sorry for the delay!")
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
    }
    server = processes.opchat("-v", "serve", f"--port={port}", environment=settings)
    eventually(lambda: [m.text for m in simulator.sent(42)] == ["Sorry for the delay!"], within=20, what="the answer")
    server.wait_for_url(f"http://127.0.0.1:{port}/readyz")
    assert server.terminate() == 0
    assert simulator.token.partition(":")[2] not in server.output()


def test_an_answer_that_hangs_does_not_hold_it(
    processes: Processes, clean_database: str, simulator: Simulator, port: int
) -> None:
    """Telegram takes an answer and says nothing: the server still ends within ten seconds."""
    simulator.user(42)
    simulator.fail("sendMessage", "hang")
    queue_answer(clean_database, "Hello?")
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
    }
    server = processes.opchat("serve", f"--port={port}", environment=settings)
    server.wait_for_url(f"http://127.0.0.1:{port}/readyz")
    eventually(lambda: not simulator.faults(), what="the hanging call")
    started = time.monotonic()
    assert server.terminate(within=12) == 0
    assert time.monotonic() - started < 10
    simulator.clear_faults()


def test_the_bot_in_it(
    processes: Processes, clean_database: str, chat: OperatorChat, simulator: Simulator, port: int
) -> None:
    """With `--with-bot` one process is enough: what a user writes is stored, verified."""
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "OPCHAT_INGEST": "verified",
    }
    server = processes.opchat("serve", f"--port={port}", "--with-bot", environment=settings)
    simulator.user(42, first_name="Anna")
    simulator.send_text(42, "Is anybody there?")
    eventually(lambda: chat.bot_types(42) == ("operator",), within=20, what="the message")
    [message] = chat.history(42)
    assert (message.text, message.verified) == ("Is anybody there?", True)
    assert server.terminate() == 0


def test_a_refused_token_ends_it(processes: Processes, clean_database: str, simulator: Simulator, port: int) -> None:
    """A bot that Telegram does not know ends the whole with one clear line, and 2."""
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": "1:wrong-secret",
        "TELEGRAM_API_URL": simulator.url,
    }
    server = processes.opchat("serve", f"--port={port}", "--with-bot", environment=settings)
    assert server.wait() == 2
    assert "Error: " in server.stderr.read_text()
    assert "wrong-secret" not in server.output()


def queue_answer(url: str, text: str) -> None:
    """Store an answer while Telegram is away."""
    with connect(url, bot_token="1:abc", telegram_api_url="http://127.0.0.1:1") as chat:
        chat.receive(user_id=42, text="Hello?")
        chat.reply(42, text)
