"""What the tests of the whole loop share: an operator at a server with a bot in it, and Anna in Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.ports import free_port

from opchat_core import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

ANNA = 42
CONVERSATION = f"/api/users/{ANNA}/operator-chat"


@pytest.fixture
def operator(clean_database: str, simulator: Simulator, processes: Processes) -> Iterator[httpx.Client]:
    """An operator at the API of a server that runs the bot in it, with Anna in Telegram."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "API_BASE_URL": url,
        "OPCHAT_INGEST": "verified",
    }
    server = processes.opchat("serve", "--with-bot", f"--port={url.rpartition(':')[2]}", environment=settings)
    server.wait_for_url(f"{url}/readyz")
    with connect(clean_database) as installation:
        installation.operators.add("olga")
        token = installation.operators.issue_token("olga").secret
    simulator.user(ANNA, "Anna", username="anna")
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client
