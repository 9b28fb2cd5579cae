"""PgBouncer in transaction mode is paused or killed, or the pool of connections is used up."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation, insist
from tests.support.ledgers import Ledgers
from tests.support.pgbouncer import PgBouncer, running_pgbouncer
from tests.support.threads import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

USERS = range(1, 6)
PATIENCE = 17.0  # seconds: five for a connection, ten for a statement, and a little for the way


@pytest.fixture
def bouncer(clean_database: str) -> Iterator[PgBouncer]:
    with running_pgbouncer(clean_database) as running:
        yield running


@pytest.fixture
def ledgers(simulator: Simulator, clean_database: str) -> Ledgers:
    return Ledgers(simulator, clean_database)


def test_a_paused_pooler_is_told_and_waited_for(
    processes: Processes, simulator: Simulator, bouncer: PgBouncer, ledgers: Ledgers
) -> None:
    """While PgBouncer lets queries wait, the API says 503 in time; when it goes on, everything is saved in order."""
    installation = Installation(processes, simulator, bouncer.url)
    installation.serve()
    installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator:
        bouncer.pause()
        for _ in range(10):
            ledgers.write_round(USERS)
        begin = time.monotonic()
        answers = at_once(24, lambda _: operator.get("/api/operator-chats"))  # more than the pool has
        assert time.monotonic() - begin < PATIENCE
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert simulator.pending_updates() > 0
        bouncer.resume()
        assert insist(operator, 1, "out after the pause").status_code == 201
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    eventually(ledgers.settled, what="the end of every answer")
    ledgers.assert_agree()


def test_a_killed_pooler_is_told_and_found_again(
    processes: Processes, simulator: Simulator, bouncer: PgBouncer, ledgers: Ledgers, soak: bool
) -> None:
    """PgBouncer dies while everybody writes, again and again; the programs need no restart."""
    installation = Installation(processes, simulator, bouncer.url)
    installation.serve()
    installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator, ThreadPoolExecutor(len(USERS)) as pool:
        for round_number in range(30 if soak else 2):
            for _ in range(10):
                ledgers.write_round(USERS)
            bouncer.kill()
            answering = [pool.submit(insist, operator, user_id, f"out {user_id}-{round_number}") for user_id in USERS]
            refused = operator.get("/api/operator-chats")
            assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
            bouncer.start()
            assert {told.result(60).status_code for told in answering} <= {200, 201}
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    eventually(ledgers.settled, within=60, what="the end of every answer")
    ledgers.assert_agree()


def test_a_pool_that_is_used_up_is_told_and_recovers(
    processes: Processes, simulator: Simulator, clean_database: str, ledgers: Ledgers
) -> None:
    """A locked chat takes every connection: others hear 503 in seconds, and are served as soon as it is free again."""
    installation = Installation(processes, simulator, clean_database)
    installation.serve()
    installation.bot()
    ledgers.write(1)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator, ThreadPoolExecutor(16) as pool:
        with psycopg.connect(clean_database) as holder:
            holder.execute("SELECT FROM opchat.user_data WHERE user_id = 1 FOR UPDATE")
            stuck = [pool.submit(insist, operator, 1, f"out {number}") for number in range(16)]
            eventually(lambda: _waiting_for_locks(clean_database) >= 16, what="sixteen statements that wait")
            begin = time.monotonic()
            turned_away = operator.get("/api/operator-chats")
            assert time.monotonic() - begin < 8
            assert turned_away.json()["code"] == "pool_exhausted"
            assert (turned_away.status_code, int(turned_away.headers["Retry-After"]) > 0) == (503, True)
        eventually(lambda: operator.get("/api/operator-chats").status_code == httpx.codes.OK, what="the recovery")
        assert {told.result(60).status_code for told in stuck} <= {200, 201}
    # They leave at a second each, which is not waited for here: each has one row.
    assert len([row for row in ledgers.rows(1) if row.direction == "out"]) == 16


def _waiting_for_locks(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
    return int(found[0]) if found else 0
