"""Two bots poll with one token, as after a botched move to another machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
from tests.support.deadline import eventually
from tests.support.installation import Installation
from tests.support.ledgers import Ledgers

if TYPE_CHECKING:
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator


def warnings(installation: Installation) -> list[str]:
    """What `/readyz` warns of; it is ready all the same."""
    answer = httpx.get(f"{installation.url}/readyz")
    assert answer.status_code == httpx.codes.OK
    return [warning["code"] for warning in answer.json()["warnings"]]


def test_two_pollers_are_told_of_and_lose_nothing(
    processes: Processes, simulator: Simulator, clean_database: str, soak: bool
) -> None:
    """Each ends the other's call, log, doctor and `/readyz` say so, and every message is stored once and in order."""
    installation, ledgers = Installation(processes, simulator, clean_database), Ledgers(simulator, clean_database)
    server = installation.serve()
    began = time.monotonic()
    bots = [installation.bot(), installation.bot()]
    for bot in bots:
        bot.wait_for_line("bot.polling")
    eventually(lambda: any("bot.conflict" in bot.output() for bot in bots), within=30, what="word of the conflict")
    eventually(lambda: "bot_conflict" in warnings(installation), within=10, what="word of the conflict in /readyz")
    assert "Stop one of them" in installation.doctor()
    for _ in range(200 if soak else 20):
        ledgers.write_round(range(1, 6))
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    ledgers.assert_in_agrees()
    # Each then lets the other work for ten seconds: coming back at once would make it a storm.
    refused = [call for call in simulator.ledger("getUpdates") if call.status == httpx.codes.CONFLICT]
    assert 1 <= len(refused) <= 2 * (1 + (time.monotonic() - began) / 10)
    server.kill()
    for _ in range(25):
        ledgers.write_round(range(1, 6))
    found = installation.doctor()
    assert "updates wait" in found
    assert "Is `opchat bot` running" in found
    assert f"{installation.url} cannot be reached" in found
    installation.serve()
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    ledgers.assert_in_agrees()
