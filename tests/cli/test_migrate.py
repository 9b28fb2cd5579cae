"""Bringing the schema up to date, from one place and from many."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from opchat_core.postgres.migrate import DEFINE, MIGRATIONS

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.support.processes import Processes

NAMES = [*(migration.name for migration in MIGRATIONS), DEFINE]


def test_names_what_it_applied_once(cli: Cli, empty_database: str) -> None:
    """The first run names every step, the second says that there is nothing to do."""
    first = cli("migrate", DATABASE_URL=empty_database)
    again = cli("migrate", DATABASE_URL=empty_database)
    assert first.stdout.splitlines() == [f"applied {name}" for name in NAMES]
    assert (again.exit_code, again.stdout) == (0, "up to date\n")


def test_programs_read_json(cli: Cli, empty_database: str) -> None:
    """`--json` gives the names as a list, also when it is empty."""
    assert json.loads(cli("migrate", "--json", DATABASE_URL=empty_database).stdout) == {"applied": NAMES}
    assert json.loads(cli("migrate", "--json", DATABASE_URL=empty_database).stdout) == {"applied": []}


def test_six_at_once_on_an_empty_database(processes: Processes, empty_database: str) -> None:
    """They take turns: all end well, and each step was applied by exactly one."""
    running = [processes.opchat("migrate", "--json", environment={"DATABASE_URL": empty_database}) for _ in range(6)]
    assert [one.wait() for one in running] == [0] * 6
    applied = [name for one in running for name in json.loads(one.stdout.read_text())["applied"]]
    assert sorted(applied) == sorted(NAMES)
