"""A whole run at its most talkative, with things going wrong: no secret in a log, an answer, a row or a command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from tests.support.deadline import eventually
from tests.support.ports import free_port
from tests.support.tables import contents

from opchat_core import connect
from opchat_flask import hash_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes, RunningProcess

    from opchat_core.testing.simulator import Simulator

PASSWORD = "correct horse of the secrets"
MISTYPED = "mistyped horse of the secrets"
INGEST_TOKEN = "ingest-token-of-the-secrets"
SESSION_KEY = "session-key-of-the-secrets"
DATABASE_PASSWORD = "database-password-of-the-secrets"
FOREIGN_TOKEN = "opchat_token-of-another-installation"
FAULTS = ("server_error", "half_json", "cut_after", "cut_before", "too_many_requests", "forbidden", "bad_request")


class Witness:
    """Speaks to the server and keeps every answer, headers included."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self.client = httpx.Client(base_url=url, event_hooks={"response": [self._hear]}, headers={"Origin": url})

    def _hear(self, response: httpx.Response) -> None:
        response.read()
        self.heard.append(f"{response.status_code} {response.headers!r} {response.text}")


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Somebody who remembers all."""
    found = Witness(f"http://127.0.0.1:{free_port()}")
    with found.client:
        yield found


def _with_password(url: str) -> str:
    """The same database, with a password that its server does not ask for."""
    parts = urlsplit(url)
    if parts.password:
        return url
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{DATABASE_PASSWORD}@{place}"))


def _command_lines(running: list[RunningProcess]) -> list[str]:
    """What everybody on the machine can read of these processes and those that they started."""
    found = [one.pid for one in running]
    for pid in found:  # which grows on the way
        found += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [Path(f"/proc/{pid}/cmdline").read_text() for pid in found]


def _do_everything(witness: Witness, simulator: Simulator, token: str) -> None:
    """Use each way in, rightly and wrongly, while Telegram has troubles of each kind."""
    client = witness.client
    bearer = {"Authorization": f"Bearer {token}"}
    anna = simulator.user(first_name="Anna")
    simulator.fail("getUpdates", "server_error")
    simulator.fail("getUpdates", "half_json")
    simulator.send_text(anna.id, "Where is my order?")
    eventually(
        lambda: bool(client.get("/api/operator-chats", headers=bearer).json()["chats"]), what="the chat in the list"
    )
    for password in (MISTYPED, PASSWORD):
        client.post("/login", data={"name": "olga", "password": password})
    assert client.get("/dashboard/operator-chats").status_code == 200
    chat = f"/api/users/{anna.id}/operator-chat"
    for kind in FAULTS:
        simulator.fail("sendMessage", kind)
        assert client.post(chat, json={"messageText": f"with {kind}"}).status_code == 201
    client.post(f"{chat}/2/retry")
    message = {"userId": anna.id, "messageText": "hello"}
    for headers in ({}, bearer, *({"Authorization": f"Bearer {one}"} for one in (INGEST_TOKEN, FOREIGN_TOKEN, "x"))):
        client.post("/api/chat-message", json=message, headers=headers)
        client.post("/api/chat-message", content=b"{", headers=headers)
        client.get(chat, headers=headers)
    for path in ("/", "/readyz", "/healthz", "/api/openapi.json", "/api/nothing", "/nothing", "/login?ticket=x"):
        client.get(path)
    simulator.fail("sendMessage", "unauthorized")
    client.post(chat, json={"messageText": "and the token is wrong"})
    client.post("/logout")


def test_no_secret_is_to_be_found(
    processes: Processes, clean_database: str, simulator: Simulator, witness: Witness
) -> None:
    """Bot token, ingest token, session key, passwords and API tokens: whoever has logs or answers has none of them."""
    settings = {
        "DATABASE_URL": _with_password(clean_database),
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "API_BASE_URL": str(witness.client.base_url),
        "OPCHAT_INGEST_TOKEN": INGEST_TOKEN,
        "OPCHAT_SECRET_KEY": SESSION_KEY,
    }
    with connect(clean_database) as chat:
        chat.operators.add("olga", hash_password(PASSWORD))
        token = chat.operators.issue_token("olga").secret
    server = processes.opchat("-v", "serve", f"--port={witness.client.base_url.port}", environment=settings)
    bot = processes.opchat("-v", "bot", environment=settings)
    server.wait_for_url(f"{witness.client.base_url}/readyz")
    _do_everything(witness, simulator, token)
    lines = _command_lines([server, bot])
    checks = [
        processes.opchat("-v", "doctor", environment=settings),
        processes.opchat("-v", "test-simple", "4711", environment={**settings, "OPCHAT_API_TOKEN": token}),
        processes.opchat("-v", "bot", environment={**settings, "OPERATOR_BOT_TOKEN": f"{simulator.token} x"}),
    ]
    for check in checks:
        check.wait()
    assert [server.terminate(), bot.terminate()] == [0, 0]

    places = {
        "answers": "\n".join(witness.heard),
        "server": server.output(),
        "bot": bot.output(),
        "command lines": "\n".join(lines),
        "database": str(contents(clean_database)),
        **{f"check {number}": check.output() for number, check in enumerate(checks)},
    }
    secrets = {
        "bot token": simulator.token,
        "secret half of the bot token": simulator.token.partition(":")[2],
        "ingest token": INGEST_TOKEN,
        "session key": SESSION_KEY,
        "password": PASSWORD,
        "mistyped password": MISTYPED,
        "API token": token,
        "API token of elsewhere": FOREIGN_TOKEN,
        "database password": DATABASE_PASSWORD,
    }
    assert len(witness.heard) > 30
    assert len(lines) > 2  # the server has processes of its own
    assert re.search(r"Z debug ", places["server"] + places["bot"])
    assert not [(what, where) for what, secret in secrets.items() for where, text in places.items() if secret in text]
    assert not any(answer.startswith("500") for answer in witness.heard)
