"""The fixtures that opchat gives to the tests of others, used as they would use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from opchat_core import connect

if TYPE_CHECKING:
    from tests.support.processes import Processes

    from opchat_core import OperatorChat
    from opchat_core.testing import MovableClock, RecordingSender
    from opchat_core.testing.simulator import Simulator

_TESTS_OF_A_SHOP = """
from opchat_core import connect
from opchat_core.testing.simulator import Simulator


def test_customers_get_an_answer(opchat, opchat_sender):
    opchat.receive(user_id=42, text="Where is my order?")
    opchat.reply(42, "On its way!")
    assert opchat_sender.texts == ["On its way!"]


def test_it_also_works_on_the_company_s_server(opchat_on_postgres, opchat_sender):
    opchat_on_postgres.receive(user_id=42, text="Where is my order?")
    opchat_on_postgres.reply(42, "On its way!")
    assert opchat_sender.texts == ["On its way!"]
"""


@pytest.mark.parametrize("fixture", ["opchat", "opchat_on_postgres"])
@pytest.mark.parametrize("run", [1, 2])
def test_a_chat_is_empty_and_on_the_clock_and_sender_of_the_test(
    request: pytest.FixtureRequest,
    opchat_clock: MovableClock,
    opchat_sender: RecordingSender,
    fixture: str,
    run: int,
) -> None:
    """In memory and in PostgreSQL alike; the second run finds nothing of the first."""
    chat: OperatorChat = request.getfixturevalue(fixture)
    assert chat.list_chats().chats == ()

    message = chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
    with chat.changes() as changes:
        chat.reply(42, "On its way!")
        assert changes.wait(5)

    assert message.created_at == opchat_clock.now()
    assert opchat_sender.texts == ["On its way!"]
    assert chat.chat(42).last_message == chat.history(42)[-1]


def test_whole_way_to_telegram_needs_two_fixtures(opchat_database_url: str, opchat_simulator: Simulator) -> None:
    """A database and a Telegram, joined by what the program itself calls."""
    anna = opchat_simulator.user(first_name="Anna")
    with connect(opchat_database_url, bot_token=opchat_simulator.token, telegram_api_url=opchat_simulator.url) as chat:
        chat.receive(user_id=anna.id, text="Where is my order?")
        chat.reply(anna.id, "On its way!")
    assert [message.text for message in opchat_simulator.sent(anna.id)] == ["On its way!"]


def test_a_stranger_s_tests_take_one_line_and_their_own_server(
    tmp_path: Path, processes: Processes, migrated_url: str
) -> None:
    """In a directory that knows nothing of opchat's own tests."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["opchat_core.testing.plugin"]\n')
    (tmp_path / "test_shop.py").write_text(_TESTS_OF_A_SHOP)
    run = processes.python(
        "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", f"--opchat-database-url={migrated_url}"
    )
    assert (run.wait(60), "2 passed" in run.output()) == (0, True), run.output()


def test_whoever_does_not_test_pays_nothing() -> None:
    """Neither the library nor its plain testing tools load pytest, Hypothesis or the simulator's needs."""
    code = "import sys, opchat_core, opchat_core.testing; print({'pytest', 'hypothesis', 'multipart'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "set()\n"
