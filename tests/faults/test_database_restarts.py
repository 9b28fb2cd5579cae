"""PostgreSQL restarts, loses connections, or answers into a connection that is gone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation, insist, reply
from tests.support.ledgers import Ledgers
from tests.support.postgres_cluster import Cluster, running_cluster
from tests.support.proxy import CutAnswers, Proxy
from tests.support.threads import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
USERS = range(1, 6)


@pytest.fixture(scope="module")
def running() -> Iterator[Cluster]:
    with running_cluster(POSTGRES_15) as cluster:
        yield cluster


@pytest.fixture
def cluster(running: Cluster) -> Cluster:
    """A cluster that tests may restart, without a schema."""
    with psycopg.connect(running.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS opchat CASCADE")
    return running


@pytest.fixture
def between(cluster: Cluster) -> Iterator[Proxy]:
    """What stands between the server's programs and the cluster."""
    with Proxy(str(cluster.socket)) as proxy:
        yield proxy


@pytest.fixture
def installation(processes: Processes, simulator: Simulator, between: Proxy) -> Installation:
    url = f"postgresql://postgres@127.0.0.1:{between.port}/postgres?sslmode=disable&gssencmode=disable"
    return Installation(processes, simulator, url)


@pytest.fixture
def ledgers(simulator: Simulator, cluster: Cluster) -> Ledgers:
    return Ledgers(simulator, cluster.url)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_database_restarts_while_everybody_writes(
    installation: Installation, ledgers: Ledgers, cluster: Cluster, mode: str, soak: bool
) -> None:
    """Users and operators go on writing over the restarts; nothing is lost, and what was asked twice is there once."""
    server, bot = installation.serve(), installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator, ThreadPoolExecutor(len(USERS)) as pool:

        def answer_all(user_id: int) -> set[int]:
            return {insist(operator, user_id, f"out {user_id}-{n}").status_code for n in range(100 if soak else 6)}

        answering = [pool.submit(answer_all, user_id) for user_id in USERS]
        for _ in range(20 if soak else 2):
            for _ in range(10):
                ledgers.write_round(USERS)
            cluster.stop(mode)
            time.sleep(0.5)
            cluster.start()
            ledgers.write_round(USERS)
        assert {status for told in answering for status in told.result(90)} <= {200, 201}
    eventually(ledgers.saved_all, within=60, what="the last message")
    eventually(ledgers.settled, within=90, what="the end of every answer")
    ledgers.assert_agree()
    assert server.terminate() == 0, server.output()
    assert bot.terminate() == 0
    assert "Traceback" not in server.output()


def test_a_commit_whose_answer_is_lost_is_found_by_its_key(
    installation: Installation, ledgers: Ledgers, between: Proxy, simulator: Simulator, soak: bool
) -> None:
    """The statement is committed, the connection breaks before PostgreSQL's answer: the bot's repeat finds the row."""
    installation.serve()
    installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    for user_id in USERS if soak else (1, 2):
        cut = CutAnswers(1, marker=f"in {user_id}-2".encode())
        between.rule = cut
        ledgers.write(user_id)
        eventually(lambda cut=cut: cut.left == 0, what="the loss of the answer")  # type: ignore[misc] # bound now
        eventually(lambda: not simulator.pending_updates(), within=30, what="the confirmation")
    ledgers.assert_in_agrees()


def test_an_operator_asks_again_after_a_commit_whose_answer_is_lost(
    installation: Installation, ledgers: Ledgers, between: Proxy
) -> None:
    """The answer is stored, and the operator told 503: the same key again gets the stored one, which leaves once."""
    installation.serve()
    installation.bot()
    ledgers.write(1)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator:
        for number in range(3):
            text = f"out answer {number}"
            cut = CutAnswers(1, marker=b"COMMIT")
            between.rule = cut
            first = reply(operator, 1, text, clientMessageId=text)
            assert (first.status_code, cut.left) == (503, 0)
            assert int(first.headers["Retry-After"]) > 0
            assert reply(operator, 1, text, clientMessageId=text).status_code == 200
    eventually(ledgers.settled, within=30, what="the end of every answer")
    ledgers.assert_agree()


def test_dead_idle_connections_fail_no_request(installation: Installation, between: Proxy, cluster: Cluster) -> None:
    """Every idle connection of the pool is dead, and the requests that come next are answered all the same."""
    installation.serve()

    def restart() -> None:
        cluster.stop("fast")
        cluster.start()

    with installation.operator() as operator:

        def look(_number: int) -> int:
            return operator.get("/api/operator-chats").status_code

        for kill_all in (between.cut_all, restart, between.cut_all):
            assert set(at_once(16, look)) == {httpx.codes.OK}
            kill_all()
            assert set(at_once(16, look)) == {httpx.codes.OK}
