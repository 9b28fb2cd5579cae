"""What all commands have in common: help, version, exit statuses, and lines instead of tracebacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

COMMANDS = (
    "demo",
    "serve",
    "bot",
    "deliver",
    "migrate",
    "operator",
    "doctor",
    "test-direct",
    "test-simple",
    "export",
    "forget",
    "audit",
    "simulator",
)
AWAY = "postgresql://anna:hunter2@127.0.0.1:1/shop"


def test_tells_its_version(cli: Cli) -> None:
    """`opchat --version` is one line for people who report a fault."""
    result = cli("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("opchat 0.")


def test_lists_every_command(cli: Cli) -> None:
    """`opchat --help` names all commands, in the order in which a newcomer meets them."""
    shown = cli("--help").stdout
    places = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(cli: Cli, command: str) -> None:
    """Each command says what it does, and shows how one writes it."""
    result = cli(command, "--help")
    assert result.exit_code == 0
    assert "Examples:\n" in result.stdout
    assert f"\n    opchat {command}" in result.stdout


@pytest.mark.parametrize("arguments", [("dance",), ("test-direct",), ("test-direct", "zero"), ("serve", "--port", "0")])
def test_wrong_use_is_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    """An unknown command, a missing or an impossible argument end with 2 and say what is wrong."""
    result = cli(*arguments)
    assert result.exit_code == 2
    assert "Error:" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "command", [("migrate",), ("operator", "list"), ("test-direct", "1"), ("doctor",), ("bot",), ("serve",)]
)
def test_a_malformed_setting_is_2_and_one_line(cli: Cli, command: tuple[str, ...]) -> None:
    """A setting that cannot be is named in one line that does not show it."""
    result = cli(*command, OPERATOR_BOT_TOKEN="not-a-token")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: OPERATOR_BOT_TOKEN must")
    assert result.stderr.count("\n") == 1
    assert "not-a-token" not in result.stderr


def test_a_database_url_that_is_none_is_2(cli: Cli) -> None:
    """What libpq cannot read is not quoted: there may be a password in it."""
    result = cli("migrate", DATABASE_URL="host=db password=hunter2 oops")
    assert result.exit_code == 2
    assert "DATABASE_URL" in result.stderr
    assert "hunter2" not in result.output


@pytest.mark.parametrize("command", [("migrate",), ("operator", "list"), ("forget", "1", "--yes"), ("deliver",)])
def test_an_unreachable_database_is_1_and_one_line(cli: Cli, command: tuple[str, ...]) -> None:
    """The line gives the reason that libpq gave, without the password, and there is no traceback."""
    result = cli(*command, DATABASE_URL=AWAY, OPERATOR_BOT_TOKEN="1:abc")
    assert result.exit_code == 1
    assert "127.0.0.1" in result.stderr
    assert "refused" in result.stderr
    assert "Traceback" not in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize("command", [("deliver",), ("bot",), ("serve", "--with-bot")])
def test_what_needs_a_bot_says_so(cli: Cli, command: tuple[str, ...]) -> None:
    """Without a token there is nothing to run: wrong configuration, said at once."""
    result = cli(*command)
    assert result.exit_code == 2
    assert "OPERATOR_BOT_TOKEN" in result.stderr
