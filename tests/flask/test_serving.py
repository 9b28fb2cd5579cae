"""The server in real processes: several workers, streams across them, and their end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.flask.conftest import INGEST_TOKEN, bearer
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import connect
from opchat_core.errors import ConfigError
from opchat_flask.serving import insist_on_free

if TYPE_CHECKING:
    from tests.support.processes import Processes, RunningProcess

SERVE = "import sys; from opchat_flask.serving import serve; serve(port=int(sys.argv[1]), workers=int(sys.argv[2]))"


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    return free_port()


@pytest.fixture
def url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def server(processes: Processes, clean_database: str, port: int, url: str) -> RunningProcess:
    """Two workers that serve."""
    settings = {"DATABASE_URL": clean_database, "OPCHAT_INGEST_TOKEN": INGEST_TOKEN}
    running = processes.python("-c", SERVE, str(port), "2", environment=settings)
    running.wait_for_url(f"{url}/readyz")
    return running


@pytest.fixture
def operator(clean_database: str) -> dict[str, str]:
    with connect(clean_database) as chat:
        chat.operators.add("Olga")
        return bearer(chat.operators.issue_token("Olga").secret)


def _first_change(url: str, operator: dict[str, str], opened: list[bool]) -> dict[str, object]:
    with httpx.stream("GET", f"{url}/api/events", headers=operator, timeout=20) as answer:
        opened.append(True)
        data = next(line for line in answer.iter_lines() if line.startswith("data: "))
        change: dict[str, object] = json.loads(data.removeprefix("data: "))
        return change


def test_a_message_reaches_every_stream_of_every_worker(
    server: RunningProcess, url: str, operator: dict[str, str]
) -> None:
    """Whichever worker takes the message, and whichever holds the stream, the screen learns of it."""
    opened: list[bool] = []
    with ThreadPoolExecutor(8) as pool:
        heard = [pool.submit(_first_change, url, operator, opened) for _ in range(8)]
        eventually(lambda: len(opened) == 8, what="eight open streams")
        answer = httpx.post(f"{url}/api/chat-message", json={"userId": 42, "messageText": "hello"})
        assert answer.status_code == 201
        assert [future.result()["userId"] for future in heard] == [42] * 8


def test_a_chunked_body_is_limited_too(server: RunningProcess, url: str) -> None:
    """Without a length the server counts for itself; with exactly the limit all is well."""
    head, tail = b'{"userId": 42, "messageText": "x", "ignored": "', b'"}'
    room = 256 * 1024 - len(head) - len(tail)
    for length, status in ((room, 201), (room + 1, 413), (room * 8, 413)):
        chunks = iter([head, b"y" * length, tail])
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(f"{url}/api/chat-message", content=chunks, headers=headers)
        assert answer.status_code == status


def test_told_to_end_it_ends_though_streams_are_open(
    server: RunningProcess, url: str, operator: dict[str, str]
) -> None:
    """A restart takes seconds, and open screens do not hold it up."""
    with httpx.stream("GET", f"{url}/api/events", headers=operator, timeout=20) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        asked = time.monotonic()
        assert server.terminate(within=10) == 0
        assert time.monotonic() - asked < 10
        with contextlib.suppress(httpx.TransportError):  # the end, or a cut: the browser comes again after either
            assert all(not line.startswith("event") for line in lines)
    assert "Traceback" not in server.output()


def test_a_gone_client_frees_its_stream(server: RunningProcess, url: str, operator: dict[str, str]) -> None:
    """Reloading a page many times does not use up the streams."""
    for _ in range(60):
        with httpx.stream("GET", f"{url}/api/events", headers=operator, timeout=20) as answer:
            if answer.status_code == 503:
                break
            assert answer.status_code == 200

    def has_room() -> bool:
        httpx.post(f"{url}/api/chat-message", json={"userId": 42, "messageText": "hello"})
        with httpx.stream("GET", f"{url}/api/events", headers=operator, timeout=20) as answer:
            return answer.status_code == 200

    eventually(has_room, within=30, what="room for another stream")


def test_workers_end_with_their_parent(server: RunningProcess, url: str) -> None:
    """A server that is killed leaves nobody behind who holds the port."""
    server.kill()

    def is_gone() -> bool:
        try:
            httpx.get(f"{url}/healthz", timeout=2)
        except httpx.TransportError:
            return True
        return False

    eventually(is_gone, within=15, what="the end of the workers")


def test_a_taken_port_is_told(processes: Processes, clean_database: str) -> None:
    """Two servers do not share a port by accident: the second says so in one line."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Cannot listen on 127.0.0.1 port {taken}: {os.strerror(98)}"):
            insist_on_free("127.0.0.1", taken)
    insist_on_free("127.0.0.1", taken)
    with pytest.raises(ConfigError, match=r"Cannot listen on 192\.0\.2\.1"):
        insist_on_free("192.0.2.1", 3001)
