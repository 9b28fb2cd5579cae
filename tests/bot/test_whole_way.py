"""From the user's phone to PostgreSQL: the bot, the real API on its real server, the real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.bot.running import running_bot
from tests.bot.updates import ANNA, message
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import connect_config
from opchat_core.config import Config
from opchat_core.errors import UserNotFound
from opchat_core.model import MessageKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes, RunningProcess

    from opchat_core.model import Message
    from opchat_core.service import OperatorChat
    from opchat_core.testing.simulator import Simulator

PROGRAM = "import sys; from opchat_flask.serving import serve; serve(port=int(sys.argv[1]))"


@pytest.fixture
def environment(clean_database: str, simulator: Simulator) -> dict[str, str]:
    """The settings that API and bot share."""
    return {
        "DATABASE_URL": clean_database,
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "API_BASE_URL": f"http://127.0.0.1:{free_port()}",
    }


@pytest.fixture
def chat(environment: dict[str, str]) -> Iterator[OperatorChat]:
    """The core over the same database, to look at what is stored."""
    with connect_config(Config.from_env(environment), migrated=True) as chat:
        yield chat


def serve(processes: Processes, environment: dict[str, str]) -> RunningProcess:
    """Start the API and wait until it answers."""
    url = environment["API_BASE_URL"]
    server = processes.python("-c", PROGRAM, url.rpartition(":")[2], environment=environment)
    server.wait_for_url(f"{url}/healthz")
    return server


def history(chat: OperatorChat, user_id: int = 42) -> tuple[Message, ...]:
    """What is stored, or nothing yet."""
    try:
        return chat.history(user_id)
    except UserNotFound:
        return ()


def test_everything_a_user_does_is_in_the_database(
    simulator: Simulator, environment: dict[str, str], chat: OperatorChat, processes: Processes
) -> None:
    """Texts, files, places, an edit, a block, a broken update: all there, verified, in order."""
    serve(processes, environment)
    simulator.user(42, "Anna", last_name="Li", username="anna", language_code="ru")
    with running_bot(Config.from_env(environment)):
        first = simulator.send_text(42, "Where is my odrer?")
        simulator.edit_text(42, first, "Where is my order?")
        simulator.send_photo(42, b"\xff\xd8\xff", "This one", reply_to=first)
        simulator.send_location(42, 55.75, 37.61)
        simulator.send_sticker(42)
        simulator.inject({"novelty": {"from": ANNA}})
        broken = message(77, sender={**ANNA, "last_name": "Li"}, text="Help", entities=[{"type": "bold"}])
        simulator.inject({"message": broken})
        simulator.block(42)
        eventually(lambda: not simulator.pending_updates())
    messages = history(chat)
    kinds = ["text", "photo", "location", "sticker", "unsupported", "unsupported"]
    assert [message.message_type for message in messages] == kinds
    assert [message.text for message in messages] == ["Where is my order?", "This one", "", "", "", "Help"]
    assert all(message.verified for message in messages)
    assert (messages[0].edited_at is not None, messages[1].reply_to) == (True, messages[0].seq)
    assert [version.text for version in chat.versions(MessageKey(42, "operator", messages[0].seq))] == [
        "Where is my odrer?"
    ]
    stored = chat.chat(42)
    assert (stored.user.full_name, stored.user.language_code, stored.blocked_by_user) == ("Anna Li", "ru", True)


def test_the_api_goes_away_and_comes_back(
    simulator: Simulator, environment: dict[str, str], chat: OperatorChat, processes: Processes
) -> None:
    """Messages written while nothing listens wait with Telegram, and arrive in order."""
    simulator.user(42, "Anna")
    first = serve(processes, environment)
    with running_bot(Config.from_env(environment)):
        simulator.send_text(42, "one")
        eventually(lambda: len(history(chat)) == 1)
        first.kill()
        simulator.send_text(42, "two")
        simulator.send_text(42, "three")
        serve(processes, environment)
        eventually(lambda: not simulator.pending_updates(), within=20)
    assert [message.text for message in history(chat)] == ["one", "two", "three"]
