"""The database check: it does what it says, says what is wrong, and leaves no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.support.tables import contents

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.support.processes import Processes

    from opchat_core import OperatorChat


def test_passes_and_leaves_no_trace(cli: Cli, clean_database: str) -> None:
    """For a user whom nobody knows, every step passes, and no table has another row than before."""
    before = contents(clean_database)
    result = cli("test-direct", "42")
    assert result.exit_code == 0, result.output
    assert "All 11 steps passed." in result.stdout
    assert contents(clean_database) == before


@pytest.mark.parametrize("reopen", ["always", "never", "within:1"])
def test_leaves_an_existing_chat_as_it_was(
    cli: Cli, anna: int, chat: OperatorChat, clean_database: str, reopen: str
) -> None:
    """A user with a closed chat, whatever the rule of reopening, and not even the revision moves."""
    chat.close_chat(anna)
    before = contents(clean_database)
    result = cli("test-direct", str(anna), OPCHAT_REOPEN=reopen)
    assert result.exit_code == 0, result.output
    assert contents(clean_database) == before


def test_programs_read_json(cli: Cli) -> None:
    """One object with each step's name, outcome and time."""
    told = json.loads(cli("test-direct", "42", "--json").stdout)
    assert told["ok"] is True
    assert len(told["steps"]) == 11
    assert all(step["ok"] and step["milliseconds"] >= 0 and step["wrong"] is None for step in told["steps"])


def test_works_through_pgbouncer(cli: Cli, pgbouncer: str, clean_database: str) -> None:
    """The one transaction stays one behind a pooler in transaction mode."""
    before = contents(clean_database)
    result = cli("test-direct", "42", DATABASE_URL=pgbouncer)
    assert result.exit_code == 0, result.output
    assert ", pooled" in result.stdout
    assert contents(clean_database) == before


def test_a_missing_schema_is_named_with_its_cure(cli: Cli, empty_database: str) -> None:
    """An empty database stays empty, and one reads what to run."""
    result = cli("test-direct", "42", DATABASE_URL=empty_database)
    assert result.exit_code == 1
    assert "run `opchat migrate`" in result.stdout
    assert contents(empty_database) == {}


def test_an_unreachable_database_is_named_with_its_reason(cli: Cli) -> None:
    """The step fails with libpq's own reason."""
    told = json.loads(cli("test-direct", "42", "--json", DATABASE_URL="postgresql://127.0.0.1:1/x").stdout)
    assert told["ok"] is False
    assert "refused" in told["steps"][0]["wrong"]


def test_a_terminal_without_ticks_gets_words(processes: Processes, clean_database: str) -> None:
    """Where the encoding has no tick, the outcome is spelled, and nothing breaks."""
    environment = {"DATABASE_URL": clean_database, "PYTHONIOENCODING": "ascii"}
    running = processes.opchat("test-direct", "42", environment=environment)
    assert running.wait() == 0
    assert running.stdout.read_text().startswith("ok  ")
