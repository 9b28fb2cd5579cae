"""Faults between a user's phone and the database: the bot dies, the API is away, an answer is lost, updates are odd."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation
from tests.support.ledgers import Ledgers
from tests.support.proxy import CutAnswers, Proxy, Swallow

if TYPE_CHECKING:
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

_PAGE = 4096  # bytes of memory, as /proc counts it


@pytest.fixture
def installation(processes: Processes, simulator: Simulator, clean_database: str) -> Installation:
    return Installation(processes, simulator, clean_database)


@pytest.fixture
def ledgers(simulator: Simulator, clean_database: str) -> Ledgers:
    return Ledgers(simulator, clean_database)


def polls(simulator: Simulator) -> int:
    """How often the bot has asked for updates."""
    return len(simulator.ledger("getUpdates"))


def test_a_bot_killed_again_and_again_loses_and_doubles_nothing(
    installation: Installation, ledgers: Ledgers, simulator: Simulator, soak: bool
) -> None:
    """While 20 users write without end, each bot is killed in the middle of its work, and another one takes over."""
    kills = 100 if soak else 5
    dice = random.Random(7)  # noqa: S311 - moments, no secrets
    installation.serve()
    for _ in range(kills):
        before = ledgers.stored()
        for _ in range(10):
            ledgers.write_round(range(1, 21))
        bot = installation.bot()
        eventually(lambda before=before: ledgers.stored() > before, within=30, what="a message of this bot")  # type: ignore[misc] # bound now
        time.sleep(dice.uniform(0, 0.15))  # no moment of its work is to be spared
        assert bot.kill() == -signal.SIGKILL
    last = installation.bot()
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    ledgers.assert_in_agrees()
    assert last.terminate() == 0


def test_users_write_while_the_api_is_down(
    installation: Installation, ledgers: Ledgers, simulator: Simulator, soak: bool
) -> None:
    """The bot holds a batch at most, Telegram keeps the rest, and all is saved in order when the API is back."""
    rounds = 500 if soak else 15
    server, bot = installation.serve(), installation.bot()
    ledgers.write_round(range(1, 21))
    eventually(ledgers.saved_all, within=30)
    eventually(lambda: not simulator.pending_updates())
    usual = _memory(bot.pid)
    server.kill()
    for _ in range(rounds):
        ledgers.write_round(range(1, 21))
    bot.wait_for_line("bot.api_away")
    asked = polls(simulator)
    time.sleep(3)
    # The offset is held back: Telegram has everything still, and is not asked for more than one batch.
    assert simulator.pending_updates() == rounds * 20
    assert polls(simulator) == asked
    assert _memory(bot.pid) < usual + 32 * 1024 * 1024
    installation.serve()
    eventually(ledgers.saved_all, within=120, what="the return of the API")
    ledgers.assert_in_agrees()
    eventually(lambda: not simulator.pending_updates(), what="the confirmation")
    assert bot.terminate() == 0


def test_users_write_while_the_api_hangs(installation: Installation, ledgers: Ledgers, simulator: Simulator) -> None:
    """An API that takes requests and says nothing is given up after a while, asked again, and gets everything once."""
    server = installation.serve()
    bot = installation.bot()
    ledgers.write_round(range(1, 6))
    eventually(ledgers.saved_all, within=30)
    workers = [server.pid, *_children(server.pid)]
    for pid in workers:
        _signal(pid, signal.SIGSTOP)
    for _ in range(10):
        ledgers.write_round(range(1, 6))
    bot.wait_for_line("bot.api_away.*Timeout", within=40)
    assert simulator.pending_updates() >= 50
    for pid in workers:
        _signal(pid, signal.SIGCONT)
    eventually(ledgers.saved_all, within=60, what="the return of the API")
    ledgers.assert_in_agrees()
    eventually(lambda: not simulator.pending_updates(), what="the confirmation")


def test_an_answer_lost_on_the_way_back_makes_no_second_row(
    installation: Installation, ledgers: Ledgers, simulator: Simulator, soak: bool
) -> None:
    """The API has saved, the connection breaks before its answer: the bot repeats, and the row is found."""
    lost = 500 if soak else 40
    installation.serve()
    with Proxy(("127.0.0.1", installation.port)) as between:
        cut = CutAnswers(lost, marker=b"POST /api/chat-message")
        between.rule = cut
        bot = installation.bot(API_BASE_URL=f"http://127.0.0.1:{between.port}")
        for _ in range(lost // 10 + 2):
            ledgers.write_round(range(1, 11))
        eventually(lambda: not simulator.pending_updates(), within=90 + lost, what="the confirmation of everything")
        assert cut.left == 0
        ledgers.assert_in_agrees()
        assert bot.terminate() == 0


def test_repeated_renumbered_and_unnumbered_messages_have_one_row_each(
    installation: Installation, ledgers: Ledgers, simulator: Simulator
) -> None:
    """Updates come again, their numbers go down, messages have the number 0: each is one row, and none is missed."""
    installation.serve()
    simulator.set_next_update_id(50_000)
    bot = installation.bot()
    ledgers.write_round(range(1, 6))
    eventually(lambda: not simulator.pending_updates(), within=30, what="the confirmation")
    simulator.set_next_update_id(100)  # as after a quiet week
    ledgers.write_round(range(1, 6))
    for user_id in range(1, 6):
        ledgers.write(user_id, message_id=0)
        ledgers.write(user_id, message_id=0)
    eventually(ledgers.saved_all, within=30)
    eventually(lambda: not simulator.pending_updates(), what="the confirmation")
    assert bot.terminate() == 0
    # Now one message of the batch does not get through, so nothing of it is confirmed: the next bot gets it all again.
    with Proxy(("127.0.0.1", installation.port)) as between:
        between.rule = Swallow(b'"userId": 99')
        halting = installation.bot(API_BASE_URL=f"http://127.0.0.1:{between.port}")
        for user_id in (1, 2):
            ledgers.write(user_id, message_id=0)
            simulator.inject({"telepathy": {"from": {"id": user_id, "first_name": "User"}, "thought": "Hm."}})
            ledgers.note(user_id, "")
        ledgers.write(99)
        halting.wait_for_line("bot.polling")
        eventually(lambda: sum(map(len, ledgers.injected.values())) == ledgers.stored() + 1, within=30)
        assert halting.kill() == -signal.SIGKILL
    assert simulator.pending_updates() == 5
    installation.bot()
    eventually(lambda: not simulator.pending_updates(), within=30, what="the confirmation of everything")
    ledgers.assert_in_agrees()


def test_odd_updates_are_kept_raw_and_hold_up_nobody(
    installation: Installation, ledgers: Ledgers, simulator: Simulator, clean_database: str
) -> None:
    """One that nobody can parse, a kind nobody knows, and 64 KiB of each, amid the messages of others."""
    installation.serve()
    anna = {"id": 900, "is_bot": False, "first_name": "Anna"}
    chat = {"id": 900, "type": "private", "first_name": "Anna"}
    odd: list[dict[str, Any]] = [
        {
            "message": {
                "message_id": 5001,
                "date": "yesterday",
                "chat": chat,
                "from": anna,
                "text": ["not", "a", "text"],
            }
        },
        {"telepathy": {"from": anna, "chat": chat, "thought": "Where is my order?"}},
        {"message": {"message_id": 5002, "date": 1, "chat": chat, "from": anna, "hologram": "h" * 60_000}},
        {"telepathy": {"from": anna, "thought": "м" * 30_000}},
        {"message": {"message_id": 5003, "date": 1, "chat": chat, "from": anna, "text": "nul \x00 and \ud800"}},
        {"message": {"message_id": 5004, "date": 1, "chat": chat, "from": anna, "deep": _nested(400)}},
    ]
    bot = installation.bot()
    bot.wait_for_line("bot.polling")
    for update in odd:
        simulator.inject(update)
        ledgers.write_round(range(1, 4))
    eventually(lambda: not simulator.pending_updates(), within=30, what="the confirmation of everything")
    ledgers.assert_in_agrees()
    with psycopg.connect(clean_database) as connection:
        kept = connection.execute(
            "SELECT payload FROM opchat.chat_messages WHERE user_id = 900 AND message_type = 'unsupported' ORDER BY seq"
        ).fetchall()
    assert len(kept) == len(odd)
    assert kept[1][0]["telepathy"]["thought"] == "Where is my order?"
    assert len(kept[2][0]["message"]["hologram"]) == 60_000
    asked = polls(simulator)
    time.sleep(3)
    assert polls(simulator) <= asked + 1  # no hot loop: it waits in one long poll
    assert "Traceback" not in bot.output()


def _nested(depth: int) -> Any:
    found: Any = "the bottom"
    for _ in range(depth):
        found = [found]
    return found


def _memory(pid: int) -> int:
    """The bytes that a process has in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def _signal(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)
