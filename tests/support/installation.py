"""A company's installation in real processes: the server, the bot, and an operator who asks the API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from tests.support.ports import free_port

from opchat_core import connect

if TYPE_CHECKING:
    from tests.support.processes import Processes, RunningProcess

    from opchat_core.testing.simulator import Simulator


class Installation:
    """Starts the programs of one installation, which end with the test.

    Args:
        processes: Starts and ends them.
        simulator: Their Telegram.
        database_url: Their database, as they reach it.

    Attributes:
        port: Of the server.
        url: Of the server.
    """

    def __init__(self, processes: Processes, simulator: Simulator, database_url: str) -> None:
        self._processes = processes
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "DATABASE_URL": database_url,
            "OPERATOR_BOT_TOKEN": simulator.token,
            "TELEGRAM_API_URL": simulator.url,
            "API_BASE_URL": self.url,
            "OPCHAT_INGEST": "verified",
        }

    def serve(self, *arguments: str, ready: bool = True, **settings: str) -> RunningProcess:
        """Start the server, and wait until it is ready unless told otherwise."""
        server = self._processes.opchat(
            "serve", f"--port={self.port}", *arguments, environment={**self.settings, **settings}
        )
        if ready:
            server.wait_for_url(f"{self.url}/readyz")
        return server

    def bot(self, **settings: str) -> RunningProcess:
        """Start the bot."""
        return self._processes.opchat("bot", environment={**self.settings, **settings})

    def doctor(self) -> str:
        """What `opchat doctor` says."""
        doctor = self._processes.opchat("doctor", environment=self.settings)
        doctor.wait()
        return doctor.output()

    def operator(self, database_url: str | None = None, *, timeout: float = 30.0) -> httpx.Client:
        """Register an operator, and give the client that she asks the API with; the caller closes it."""
        with connect(database_url or self.settings["DATABASE_URL"]) as chat:
            name = f"olga-{time.monotonic_ns()}"
            chat.operators.add(name)
            token = chat.operators.issue_token(name).secret
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout)


def reply(operator: httpx.Client, user_id: int, text: str, **fields: Any) -> httpx.Response:
    """Answer a user through the API."""
    return operator.post(f"/api/users/{user_id}/operator-chat", json={"messageText": text, **fields})


def insist(operator: httpx.Client, user_id: int, text: str, *, within: float = 60.0) -> httpx.Response:
    """Answer a user as often as it takes, with the same key, as the dashboard does; the answer that was not 503."""
    end = time.monotonic() + within
    while True:
        try:
            answer = reply(operator, user_id, text, clientMessageId=text)
        except httpx.TransportError:
            answer = None  # whether it was stored is unknown, and the key will tell
        if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            return answer
        assert answer is None or int(answer.headers["Retry-After"]) > 0
        assert time.monotonic() < end, f"no answer to {text!r} in time"
        time.sleep(0.1)


def database_is_up(url: str) -> bool:
    """Whether the database answers and can be written to."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            found = connection.execute("SELECT pg_is_in_recovery()").fetchone()
    except psycopg.OperationalError:
        return False
    return found is not None and not found[0]
