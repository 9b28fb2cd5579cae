"""A database with a standby: the primary dies and the standby is promoted; many processes share the two of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from attrs import frozen
from tests.support.deadline import eventually
from tests.support.installation import Installation, insist
from tests.support.ledgers import Ledgers
from tests.support.pgbouncer import running_pgbouncer
from tests.support.postgres_cluster import Cluster, cluster_directory, running_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
USERS = range(1, 6)


@frozen
class Pair:
    """A primary and the standby that every commit waits for."""

    primary: Cluster
    standby: Cluster

    @property
    def url(self) -> str:
        """Both hosts, of which libpq is to take the one that can be written to."""
        hosts = ",".join(str(cluster.socket.parent) for cluster in (self.primary, self.standby))
        return f"host={hosts} port=5432 user=postgres dbname=postgres target_session_attrs=read-write"


@pytest.fixture
def pair() -> Iterator[Pair]:
    with running_cluster(POSTGRES_15) as primary, cluster_directory() as directory:
        standby = Cluster(POSTGRES_15, directory)
        standby.copy_from(primary, name="standby")
        standby.start()
        with psycopg.connect(primary.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
            connection.execute("SELECT pg_reload_conf()")
        try:
            eventually(lambda: _is_synchronous(primary.url), what="the standby")
            yield Pair(primary, standby)
        finally:
            standby.stop()


def test_a_promoted_standby_takes_over(processes: Processes, simulator: Simulator, pair: Pair, soak: bool) -> None:
    """The primary dies at work: no process has to be restarted, and nothing that was committed is lost."""
    installation = Installation(processes, simulator, pair.url)
    ledgers = Ledgers(simulator, pair.standby.url)
    server, bot = installation.serve(), installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator, ThreadPoolExecutor(len(USERS)) as pool:

        def answer_all(user_id: int) -> set[int]:
            return {insist(operator, user_id, f"out {user_id}-{n}").status_code for n in range(60 if soak else 6)}

        answering = [pool.submit(answer_all, user_id) for user_id in USERS]
        for _ in range(20):
            ledgers.write_round(USERS)
        pair.primary.stop("immediate")
        ledgers.write_round(USERS)
        server.wait_for_line("delivery.store_away", within=30)  # everybody has met the outage, the worker included
        pair.standby.promote()
        ledgers.write_round(USERS)
        assert {status for told in answering for status in told.result(90)} <= {200, 201}
    eventually(ledgers.saved_all, within=60, what="the last message")
    eventually(ledgers.settled, within=90, what="the end of every answer")
    ledgers.assert_agree()
    assert [server.terminate(), bot.terminate()] == [0, 0]


def test_many_processes_are_one_installation(
    processes: Processes, simulator: Simulator, pair: Pair, soak: bool
) -> None:
    """Three servers, two workers and a bot share a database through PgBouncer; one of each dies, and nobody notices."""
    ledgers = Ledgers(simulator, pair.primary.url)
    with running_pgbouncer(pair.primary.url) as pooler, ExitStack() as opened:
        places = [Installation(processes, simulator, pooler.url) for _ in range(3)]
        servers = [place.serve() for place in places]
        workers = [processes.opchat("deliver", environment=places[0].settings) for _ in range(2)]
        bot = places[0].bot()
        operators = [opened.enter_context(place.operator()) for place in places]
        ledgers.write_round(USERS)
        eventually(ledgers.saved_all, within=30)

        for turn in range(60 if soak else 6):
            ledgers.write_round(USERS)
            for user_id in USERS:  # each by another server
                operator = operators[(turn + user_id) % 2 if turn > 2 else (turn + user_id) % 3]
                assert insist(operator, user_id, f"out {user_id}-{turn}").status_code == 201
            if turn == 2:
                servers[2].kill()
                workers[1].kill()
                bot.kill()
                standby = places[1].bot()

        eventually(ledgers.saved_all, within=60, what="the last message")
        eventually(ledgers.settled, within=60, what="the end of every answer")
        ledgers.assert_agree()
        replica = Ledgers(simulator, pair.standby.url)
        eventually(lambda: replica.stored() == ledgers.stored(), what="the last commit on the replica")
        assert [one.terminate() for one in (*servers[:2], workers[0], standby)] == [0, 0, 0, 0]


def _is_synchronous(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]
