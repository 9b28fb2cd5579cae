"""Operators: added, listed, disabled, and given tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.processes import clean_environment, opchat_command

from opchat_cli.settings import actor
from opchat_flask.passwords import verify_password

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

    from opchat_core import OperatorChat

PASSWORD = "correct horse battery\n"


def test_adds_one_who_can_log_in(cli: Cli, chat: OperatorChat) -> None:
    """The first line of standard input is the password, and only its hash is kept."""
    result = cli("operator", "add", "Анна", "--password-stdin", stdin="correct horse\nnot this\n")
    assert (result.exit_code, result.stdout) == (0, "added Анна\n")
    operator = chat.operators.find("Анна")
    assert operator
    assert verify_password(operator.password_hash, "correct horse")


def test_asks_only_on_a_terminal(cli: Cli) -> None:
    """Where nobody can be asked, it says what to do instead of waiting."""
    result = cli("operator", "add", "anna")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


def test_refuses_what_cannot_be(cli: Cli) -> None:
    """No empty or weak password and no blank name (wrong use, 2), no name twice (1)."""
    for weak in ("", "short", "password123456", "annaannaanna"):
        refused = cli("operator", "add", "anna", "--password-stdin", stdin=f"{weak}\n")
        assert (refused.exit_code, "password" in refused.stderr) == (2, True)
    assert cli("operator", "add", " ", "--password-stdin", stdin=PASSWORD).exit_code == 2
    assert cli("operator", "add", "anna", "--password-stdin", stdin=PASSWORD).exit_code == 0
    again = cli("operator", "add", "anna", "--password-stdin", stdin=PASSWORD)
    assert again.exit_code == 1
    assert "already" in again.stderr


def test_lists_also_the_disabled(cli: Cli) -> None:
    """People see names, programs see when each was disabled; no hash is shown."""
    for name in ("anna", "ben"):
        cli("operator", "add", name, "--password-stdin", stdin=PASSWORD)
    assert cli("operator", "disable", "ben").exit_code == 0
    assert cli("operator", "list").stdout == "anna\nben\tdisabled\n"
    anna, ben = json.loads(cli("operator", "list", "--json").stdout)["operators"]
    assert anna == {"name": "anna", "disabledAt": None, "hasPassword": True, "role": "operator"}
    assert ben["disabledAt"].endswith("Z")


def test_an_empty_list_says_what_to_do(cli: Cli) -> None:
    """The result is empty, and the advice goes to standard error."""
    result = cli("operator", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "opchat operator add" in result.stderr


def test_a_token_is_all_that_is_printed(cli: Cli, chat: OperatorChat) -> None:
    """`TOKEN=$(opchat operator token anna)` works, each call makes another, and disabling ends them."""
    cli("operator", "add", "anna", "--password-stdin", stdin=PASSWORD)
    first, second = (cli("operator", "token", "anna").stdout.strip() for _ in range(2))
    assert first != second
    assert chat.operators.of_token(first) == chat.operators.of_token(second) == chat.operators.find("anna")
    cli("operator", "disable", "anna")
    assert chat.operators.of_token(first) is None


def test_tokens_are_named_listed_and_revoked(cli: Cli, chat: OperatorChat) -> None:
    """By number; the secret is never shown again, and the last use is."""
    chat.operators.add("anna")
    assert "opchat operator token anna" in cli("operator", "tokens", "anna").stderr
    secret = cli("operator", "token", "anna", "--label", "reports").stdout.strip()
    [token] = json.loads(cli("operator", "tokens", "anna", "--json").stdout)["tokens"]
    assert (token["label"], token["usedAt"], token["expiresAt"]) == ("reports", None, None)
    assert chat.operators.of_token(secret)
    line = cli("operator", "tokens", "anna").stdout
    assert line.startswith(f"{token['tokenId']}\treports\tmade ")
    assert "\tused " in line
    assert secret not in line
    assert cli("operator", "revoke", "anna", str(token["tokenId"])).exit_code == 0
    assert chat.operators.of_token(secret) is None
    again = cli("operator", "revoke", "anna", str(token["tokenId"]))
    assert (again.exit_code, "no token" in again.stderr) == (1, True)


def test_roles_are_given_and_shown(cli: Cli) -> None:
    """At the beginning or later; no other word is one."""
    assert cli("operator", "add", "anna", "--role", "admin", "--password-stdin", stdin=PASSWORD).exit_code == 0
    assert cli("operator", "list").stdout == "anna\tadmin\n"
    assert cli("operator", "role", "anna", "operator").stdout == "anna is operator\n"
    assert cli("operator", "list").stdout == "anna\n"
    assert cli("operator", "role", "anna", "king").exit_code == 2


def test_what_was_done_here_is_remembered(cli: Cli, anna: int) -> None:
    """By the system's user; people see lines, programs JSON."""
    cli("operator", "add", "olga", "--password-stdin", stdin=PASSWORD)
    cli("export", str(anna))
    cli("forget", str(anna), "--yes")
    lines = [line.split("\t") for line in cli("audit").stdout.splitlines()]
    who = actor()
    assert [line[1:] for line in lines] == [
        ["-", "record", "message:operator/erased/2"],
        [who, "operator_add", "operator:olga"],
        [who, "export", "chat:operator/erased"],
        [who, "forget", "chat:operator/42"],
    ]
    [newest] = json.loads(cli("audit", "--limit", "1", "--json").stdout)["records"]
    assert {**newest, "at": ""} == {"at": "", "actor": who, "action": "forget", "subject": "chat:operator/42"}
    assert cli("audit", "--prune-older-than", "1").stdout == "records deleted: 0\n"
    assert json.loads(cli("audit", "--prune-older-than", "1", "--json").stdout) == {"records": 0}
    assert cli("audit").stdout.splitlines()[-1].endswith(f"\t{who}\tprune\taudit")
    assert cli("audit", "--prune-older-than", "0").exit_code == 2


def test_a_new_password_ends_sessions(cli: Cli, chat: OperatorChat) -> None:
    """The old password is no longer good, nor is a session that began with it."""
    cli("operator", "add", "anna", "--password-stdin", stdin=PASSWORD)
    before = chat.operators.find("anna")
    assert before
    session = chat.operators.start_session(before, lifetime=timedelta(hours=1))
    assert cli("operator", "password", "anna", "--password-stdin", stdin="another horse\n").exit_code == 0
    after = chat.operators.find("anna")
    assert after
    assert verify_password(after.password_hash, "another horse")
    assert chat.operators.of_session(session) is None


def test_nobody_of_that_name(cli: Cli) -> None:
    """It is 1, and the name is in the line."""
    for command in ("disable", "token"):
        result = cli("operator", command, "nobody")
        assert result.exit_code == 1
        assert "'nobody'" in result.stderr


def test_asks_twice_on_a_terminal(chat: OperatorChat, clean_database: str) -> None:
    """On a terminal it asks, asks again, and shows neither answer."""
    in_terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", in_terminal, *opchat_command("operator", "add", "anna")]
    environment = clean_environment({"DATABASE_URL": clean_database})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdin
        assert running.stdout
        shown = b""
        for prompt in (b"Password: ", b"confirmation: "):
            while prompt not in shown:
                shown += (read := os.read(running.stdout.fileno(), 4096))
                assert read, shown
            running.stdin.write(b"correct horse\n")
            running.stdin.flush()
        shown += running.stdout.read()
        assert running.wait(30) == 0, shown
    assert b"added anna" in shown
    assert b"correct horse" not in shown
    operator = chat.operators.find("anna")
    assert operator
    assert verify_password(operator.password_hash, "correct horse")
