"""The programs of docs/examples run as they are, in processes of their own."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.ports import free_port

from opchat_core import ChatStatus, Direction, connect

if TYPE_CHECKING:
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
URL = "postgresql:///shop"


def here(**more: str) -> dict[str, str]:
    """The settings by which this process reaches the shop's database and Telegram."""
    names = {"DATABASE_URL", "OPERATOR_BOT_TOKEN", "TELEGRAM_API_URL"}
    return {name: value for name, value in os.environ.items() if name in names or name.startswith("PG")} | more


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_examples_are_short(path: Path) -> None:
    """An example is taken in at a glance: under forty lines."""
    assert len(path.read_text().splitlines()) < 40


def test_script_lists_who_waits(shop: Simulator, processes: Processes) -> None:
    """Anna has her answer, Boris waits."""
    with connect(URL, bot_token=shop.token, telegram_api_url=shop.url) as chat:
        chat.receive(user_id=42, text="Hello?", first_name="Anna")
        chat.receive(user_id=43, text="Where is my order?", first_name="Boris")
        chat.reply(42, "Hello!")
    script = processes.python(str(EXAMPLES / "script.py"), environment=here())
    assert script.wait() == 0
    listed, total = script.output().splitlines()
    assert (listed.endswith(" Boris 1 unread"), total) == (True, "1 of 2 wait")


def test_rule_answers_once_however_often_it_runs(shop: Simulator, processes: Processes) -> None:
    """Anna asks for the opening hours and Boris does not: she is answered, once, though the script runs twice."""
    with connect(URL) as chat:
        chat.receive(user_id=42, text="What are your opening hours?", first_name="Anna")
        chat.receive(user_id=43, text="Where is my order?", first_name="Boris")

    for said in ("Anna sent\n", ""):
        script = processes.python(str(EXAMPLES / "answer_by_rule.py"), environment=here())
        assert (script.wait(), script.output()) == (0, said)

    assert [message.chat_id for message in shop.sent()] == [42]


def test_job_closes_what_is_stale_and_nothing_else(shop: Simulator, processes: Processes) -> None:
    """Anna got her answer days ago, Boris waits as long for his, and a third one wrote just now: only Anna's closes."""
    old = datetime.now(UTC) - timedelta(days=8)
    with connect(URL) as chat:
        for user_id, created_at in ((42, old), (43, old), (44, None)):
            chat.receive(user_id=user_id, text="Hello?", created_at=created_at)
        chat.receive(user_id=42, text="Hello!", direction="out", created_at=old + timedelta(hours=1))
        job = processes.python(str(EXAMPLES / "close_stale_chats.py"), environment=here())

        assert (job.wait(), job.output()) == (0, "closed 42\n")
        closed = chat.list_chats(status=ChatStatus.CLOSED).chats
        assert [(one.user_id, one.last_message and one.last_message.direction) for one in closed] == [
            (42, Direction.OUT)
        ]


def test_shop_shows_chats_to_its_staff_only(shop: Simulator, processes: Processes) -> None:
    """Through the shop's own login Olga finds the chats and answers; a visitor finds the shop."""
    with connect(URL) as chat:
        chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
    granian = Path(sys.executable).with_name("granian")
    port = free_port()
    arguments = ("--interface", "wsgi", "--port", str(port), "--working-dir", str(EXAMPLES), "flask_shop:app")
    shop_server = processes.start(str(granian), *arguments, environment=here(SHOP_SECRET="for this test"))
    address = f"http://127.0.0.1:{port}"
    assert "Support" in shop_server.wait_for_url(address).text

    with httpx.Client(base_url=address, headers={"Origin": address}) as browser:
        assert browser.get("/support/api/operator-chats").status_code == 401
        assert browser.post("/staff", data={"name": "olga", "password": "correct horse"}).status_code == 302
        assert browser.get("/support/api/operator-chats").json()["counts"] == {"open": 1, "closed": 0}
        answer = browser.post("/support/api/users/42/operator-chat", json={"messageText": "On its way!"})
    assert answer.json()["message"]["operator"] == "olga"
    assert [message.text for message in shop.sent(42)] == ["On its way!"]
