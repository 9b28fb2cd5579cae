"""``opchat operator``: who may read and answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import read_settings
from opchat_core import connect_config
from opchat_core.model import Operator
from opchat_core.model.wire import iso_time
from opchat_core.operators import Operators
from opchat_flask import hash_password

_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


@contextmanager
def _operators() -> Iterator[Operators]:
    with connect_config(read_settings()) as chat:
        yield chat.operators


@click.group(
    epilog=examples(
        "opchat operator add anna",
        'echo "$PASSWORD" | opchat operator add anna --password-stdin',
        "opchat operator token anna",
    )
)
def command() -> None:
    """Add, list and disable operators, and make their API tokens."""


@command.command
@click.argument("name")
@_password_option
def add(name: str, *, password_stdin: bool) -> None:
    """Add an operator, who may log in to the dashboard at once.

    Asks for the password twice, on a terminal.
    """
    hashed = hash_password(_password(from_stdin=password_stdin))
    with _operators() as operators:
        operators.add(name, hashed)
    click.echo(f"added {name}")


@command.command
@click.argument("name")
@_password_option
def password(name: str, *, password_stdin: bool) -> None:
    """Change an operator's password, which logs them out everywhere."""
    hashed = hash_password(_password(from_stdin=password_stdin))
    with _operators() as operators:
        operators.set_password(name, hashed)
    click.echo(f"changed the password of {name}")


@command.command(name="list")
@json_option
def list_operators(*, as_json: bool) -> None:
    """List all operators by name, the disabled ones too."""
    with _operators() as operators:
        found = operators.list()
    if as_json:
        click.echo(to_json({"operators": [_to_json(operator) for operator in found]}))
        return
    for operator in found:
        click.echo(operator.name if operator.disabled_at is None else f"{operator.name}\tdisabled")
    if not found:
        click.echo("There is no operator yet: opchat operator add NAME", err=True)


@command.command
@click.argument("name")
def disable(name: str) -> None:
    """Lock an operator out, everywhere at once: sessions and tokens end."""
    with _operators() as operators:
        operators.disable(name)
    click.echo(f"disabled {name}")


@command.command
@click.argument("name")
def token(name: str) -> None:
    """Print a new API token that acts for an operator.

    It is shown this once. Programs send it as `Authorization: Bearer TOKEN`.
    """
    with _operators() as operators:
        issued = operators.issue_token(name)
    click.echo(issued.secret)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password on: use --password-stdin.")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _to_json(operator: Operator) -> dict[str, object]:
    return {
        "name": operator.name,
        "disabledAt": iso_time(operator.disabled_at),
        "hasPassword": operator.password_hash is not None,
    }
