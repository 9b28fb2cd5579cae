"""Connections: dead ones are never handed out, and too few of them are told in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from tests.support.deadline import eventually
from tests.support.stores import OPERATOR, receive
from tests.support.threads import at_once

from opchat_core.errors import DatabaseUnavailable, PoolExhausted
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.postgres.database import connection_settings

NAME = "opchat"


def end_all_connections(url: str) -> int:
    """End every connection of a pool, as a restart of the server does; how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        return len(
            connection.execute(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()
                """,
                [NAME],
            ).fetchall()
        )


def test_no_request_fails_after_a_restart_of_the_server(clean_database: str) -> None:
    """All idle connections are dead, eight requests come at once, and each is answered."""
    with open_pool(clean_database, size=8) as pool:
        store = PostgresRepository(Database(lend(pool)))
        for round_number in range(3):
            at_once(8, lambda number: receive(store, number + 1))
            assert end_all_connections(clean_database) >= 1
            results = at_once(8, lambda number: receive(store, number + 1))
            assert {result.message.seq for result in results} == {2 * round_number + 2}


def test_one_request_passes_over_all_dead_connections_at_once(clean_database: str) -> None:
    """A lone caller after a restart finds nothing but dead connections, and is answered without a pause."""
    with open_pool(clean_database, size=12, timeout=timedelta(seconds=3)) as pool:
        store = PostgresRepository(Database(lend(pool)))
        for connection in [pool.getconn() for _ in range(12)]:
            pool.putconn(connection)
        assert end_all_connections(clean_database) == 12
        start = monotonic()
        receive(store)
        assert monotonic() - start < 2


def test_a_connection_that_dies_at_work_is_an_error_to_try_again(clean_database: str) -> None:
    """The caller hears that the database is away, and the next call is answered."""
    with open_pool(clean_database, size=1) as pool:
        store = PostgresRepository(Database(lend(pool)))
        receive(store)

        def die_at_work() -> None:
            with store.transaction() as rehearsal:
                end_all_connections(clean_database)
                receive(rehearsal)

        with pytest.raises(DatabaseUnavailable):
            die_at_work()
        assert receive(store).message.seq == 2


def test_an_exhausted_pool_says_so_in_time(clean_database: str) -> None:
    """The caller is not kept waiting longer than the limit, and is told when to come back."""
    with open_pool(clean_database, size=1, timeout=timedelta(seconds=0.3)) as pool:
        store = PostgresRepository(Database(lend(pool)))
        receive(store)
        with store.transaction():
            start = monotonic()
            with pytest.raises(PoolExhausted) as caught:
                store.find_chat(42, OPERATOR)
            waited = monotonic() - start
        assert 0.2 < waited < 3
        assert caught.value.retry_after > timedelta(0)
        assert store.find_chat(42, OPERATOR) is not None


def test_a_server_that_is_away_is_no_crowd(tmp_path: Path) -> None:
    """Where no connection can be made at all, it is the database that is missing; nothing of the address is told."""
    conninfo = f"postgresql://user:secretword@/x?host={tmp_path}"
    with open_pool(conninfo, size=1, timeout=timedelta(seconds=0.3)) as pool:
        store = PostgresRepository(Database(lend(pool)))
        with pytest.raises(DatabaseUnavailable) as caught:
            store.find_chat(42, OPERATOR)
        assert "secretword" not in str(caught.value)
        assert str(tmp_path) not in str(caught.value)


def test_a_stream_gives_its_connection_back(clean_database: str) -> None:
    """Read to the end or abandoned, a long read does not keep its connection."""
    with open_pool(clean_database, size=1, timeout=timedelta(seconds=2)) as pool:
        store = PostgresRepository(Database(lend(pool)))
        for number in range(150):
            receive(store, text=str(number))
        assert [m.text for m in store.stream_messages(42, OPERATOR)] == [str(number) for number in range(150)]
        stream = store.stream_messages(42, OPERATOR)
        assert next(stream).text == "0"
        stream.close()  # type: ignore[attr-defined] # it is a generator
        assert receive(store).message.seq == 151


def test_a_server_that_comes_back_is_found_at_once(clean_database: str, tmp_path: Path) -> None:
    """The longer an outage, the longer a naive pool pauses between its attempts; here the next request tries."""
    parameters = conninfo_to_dict(clean_database)
    socket = f".s.PGSQL.{parameters.get('port', 5432)}"
    if not (real := Path(str(parameters.get("host"))) / socket).exists():
        pytest.skip("the server has no Unix socket to hide")
    conninfo = make_conninfo(clean_database, host=str(tmp_path))
    with open_pool(conninfo, size=4, timeout=timedelta(seconds=0.2)) as pool:
        store = PostgresRepository(Database(lend(pool)))

        def answers() -> bool:
            try:
                store.check()
            except DatabaseUnavailable:
                return False
            return True

        outage = monotonic() + 3.5
        while monotonic() < outage:
            assert not answers()
        (tmp_path / socket).symlink_to(real)
        eventually(answers, within=2, what="an answer after the outage")


def test_a_statement_that_is_not_answered_is_given_up(clean_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a lock too long is told to come again, and nothing goes on waiting in the server."""
    monkeypatch.setattr("opchat_core.postgres.patience.STATEMENT_LIMIT", timedelta(seconds=0.5))
    with open_pool(clean_database, size=1) as pool:
        store = PostgresRepository(Database(lend(pool)))
        receive(store)
        with psycopg.connect(clean_database) as holder:
            holder.execute("SELECT FROM opchat.user_data FOR UPDATE")
            start = monotonic()
            with pytest.raises(DatabaseUnavailable):
                receive(store)
            assert 0.4 < monotonic() - start < 3
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%receive%%'"
            )
            eventually(lambda: holder.execute(waiting).fetchone() == (0,), what="the end of the statement")
        assert receive(store).message.seq == 2


def test_how_long_connecting_may_take_is_the_users_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds, unless the connection string or the environment knows better."""
    monkeypatch.delenv("PGCONNECT_TIMEOUT", raising=False)
    assert connection_settings("postgresql:///x")["connect_timeout"] == 5
    assert "connect_timeout" not in connection_settings("postgresql:///x?connect_timeout=30")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "30")
    assert "connect_timeout" not in connection_settings("postgresql:///x")
