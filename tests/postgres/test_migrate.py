"""Bringing the schema up to date: again, at once, and when a step fails."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.support.stores import OPERATOR, postgres_store, receive

from opchat_core.errors import DatabaseUnavailable, SchemaOutdated
from opchat_core.postgres import migrate, pending
from opchat_core.postgres.migrate import DEFINE, LATEST, MIGRATIONS, Migration

if TYPE_CHECKING:
    from tests.support.processes import Processes

NAMES = [*(migration.name for migration in MIGRATIONS), DEFINE]


def tables(url: str) -> set[str]:
    """The tables of the schema."""
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'opchat'")}


def test_migrations_are_numbered_without_gaps() -> None:
    """One after the other, from 1 on."""
    assert [migration.version for migration in MIGRATIONS] == list(range(1, LATEST + 1))


def test_the_second_run_finds_nothing_to_do(empty_database: str) -> None:
    """Each step is applied once and recorded; what is pending is told without doing it."""
    assert pending(empty_database) == NAMES
    assert tables(empty_database) == set()
    assert migrate(empty_database) == NAMES
    assert pending(empty_database) == []
    assert migrate(empty_database) == []
    assert tables(empty_database) >= {"users", "chat_messages", "user_data", "schema_migrations"}


def test_six_processes_at_once_on_an_empty_database(empty_database: str, processes: Processes) -> None:
    """All of them succeed, and together they apply each step once."""
    code = "import sys; from opchat_core.postgres import migrate; print('applied', *migrate(sys.argv[1]))"
    started = [processes.python("-c", code, empty_database) for _ in range(6)]
    assert [process.wait() for process in started] == [0] * 6
    applied = [name for process in started for name in process.output().split()[1:]]
    assert sorted(applied) == sorted(NAMES)
    with postgres_store(empty_database) as store:
        store.check()


def test_a_step_that_fails_half_way_leaves_nothing_behind(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps before it stay, and once it is mended the next run goes on from there."""
    broken = Migration(LATEST + 1, "next_step", b"CREATE TABLE opchat.half (a int); SELECT 1 / 0")
    mended = Migration(LATEST + 1, "next_step", b"CREATE TABLE opchat.half (a int)")
    module = sys.modules["opchat_core.postgres.migrate"]  # the package's attribute of that name is the function
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_database)
    assert "half" not in tables(empty_database)
    assert pending(empty_database) == ["next_step", DEFINE]
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, mended))
    assert migrate(empty_database) == ["next_step", DEFINE]
    assert "half" in tables(empty_database)


def test_a_database_without_the_schema_says_what_is_missing(empty_database: str) -> None:
    """Every call tells to migrate, and that it makes no sense to ask again at once."""
    with postgres_store(empty_database, size=1) as store:
        for call in (store.check, lambda: receive(store), lambda: store.find_chat(42, OPERATOR)):
            with pytest.raises(SchemaOutdated, match="opchat migrate") as caught:
                call()
            assert caught.value.retry_after.total_seconds() >= 30
        migrate(empty_database)
        store.check()
        assert receive(store).message.seq == 1


def test_an_older_schema_is_told_apart(empty_database: str) -> None:
    """A database that lacks the newest step is outdated, though it answers."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("DELETE FROM opchat.schema_migrations WHERE version = %s", [LATEST])
    with postgres_store(empty_database, size=1) as store, pytest.raises(SchemaOutdated, match=str(LATEST - 1)):
        store.check()


def test_functions_of_an_older_version_are_told_apart_and_replaced(empty_database: str) -> None:
    """A database whose functions are not those of this version is outdated until it is migrated."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("DROP FUNCTION opchat.settle")
        connection.execute("UPDATE opchat.schema_definitions SET digest = 'of another version'")
    with postgres_store(empty_database, size=1) as store:
        with pytest.raises(SchemaOutdated, match="functions"):
            store.check()
        assert pending(empty_database) == [DEFINE]
        assert migrate(empty_database) == [DEFINE]
        store.check()
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT 'opchat.settle'::regproc IS NOT NULL").fetchone() == (True,)


def test_a_version_leaves_the_functions_of_a_newer_one_alone(empty_database: str) -> None:
    """Old and new processes run side by side while machines are upgraded; the old ones take nothing back."""
    migrate(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("INSERT INTO opchat.schema_definitions (digest) VALUES ('of a newer version')")
    assert migrate(empty_database) == []
    with postgres_store(empty_database, size=1) as store:
        store.check()


def test_a_server_that_is_not_there(tmp_path: object) -> None:
    """The error of this library, without the connection string."""
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(f"postgresql://user:secretword@/x?host={tmp_path}")
    assert "secretword" not in str(caught.value)
