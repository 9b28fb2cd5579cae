"""Everything at once: many users, operators who answer, close and reopen, and bots and a server that come and go."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.support.deadline import eventually
from tests.support.installation import Installation, insist
from tests.support.ledgers import Ledgers

if TYPE_CHECKING:
    import httpx
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

CLERKS = 4


def test_many_users_at_once_while_everything_comes_and_goes(
    processes: Processes, simulator: Simulator, clean_database: str, soak: bool
) -> None:
    """Users write all at once; bots are killed, chats closed, reopened and answered: all three ledgers agree."""
    users, texts = (100, 100) if soak else (30, 20)
    installation, ledgers = Installation(processes, simulator, clean_database), Ledgers(simulator, clean_database)
    server = installation.serve("--workers=2")
    bot = installation.bot()
    ledgers.write_round(range(1, users + 1))
    eventually(ledgers.saved_all, within=60)
    with installation.operator() as operator, ThreadPoolExecutor(CLERKS + 1) as pool:
        clerks = [
            pool.submit(_work, operator, range(1 + n, users + 1, CLERKS), rounds=texts // 10) for n in range(CLERKS)
        ]
        for number in range(1, texts):
            ledgers.write_round(range(1, users + 1))
            if number % 5 == 0:
                bot.kill()
                bot = installation.bot()
                time.sleep(1.0)  # it lives for a moment, so that it dies at work
        for clerk in clerks:
            clerk.result(120)
        eventually(lambda: not simulator.pending_updates(), within=120, what="the confirmation of everything")
        eventually(ledgers.settled, within=120, what="the end of every answer")
        counts = operator.get("/api/operator-chats").json()["counts"]
    ledgers.assert_agree()
    assert counts["open"] + counts["closed"] == users
    assert "Traceback" not in server.output() + bot.output()
    assert [server.terminate(), bot.terminate()] == [0, 0]


def _work(operator: httpx.Client, users: range, *, rounds: int) -> None:
    """Answer, close and reopen chats as they come."""
    dice = random.Random(users.start)  # noqa: S311 - chance, no secrets
    for number in range(rounds):
        for user_id in users:
            assert insist(operator, user_id, f"out {user_id}-{number}").status_code in {200, 201}
            status = dice.choice(["open", "closed"])
            answer = operator.patch("/api/operator-chats", json={"userId": user_id, "status": status})
            assert answer.status_code == 200
