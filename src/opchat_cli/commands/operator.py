"""``opchat operator``: who may read and answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import actor, read_settings
from opchat_core import connect_config
from opchat_core.model import KnownToken, Operator, Role
from opchat_core.model.wire import iso_time
from opchat_core.operators import Operators
from opchat_flask import hash_password

_ROLE = click.Choice([role.value for role in Role])

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
        "opchat operator token anna --label reports",
        "opchat operator revoke anna 3",
    )
)
def command() -> None:
    """Add, list and disable operators; make, list and revoke their API tokens."""


@command.command
@click.argument("name")
@_password_option
@click.option("--role", type=_ROLE, default=Role.OPERATOR.value, show_default=True, help="What they are trusted with.")
def add(name: str, role: str, *, password_stdin: bool) -> None:
    """Add an operator, who may log in to the dashboard at once.

    Asks for the password twice, on a terminal. It must have ten characters, and not be one that anybody would try.
    """
    hashed = hash_password(_password(from_stdin=password_stdin), name=name)
    with _operators() as operators:
        operators.add(name, hashed, role=Role(role), by=actor())
    click.echo(f"added {name}")


@command.command
@click.argument("name")
@_password_option
def password(name: str, *, password_stdin: bool) -> None:
    """Change an operator's password, which logs them out everywhere."""
    hashed = hash_password(_password(from_stdin=password_stdin), name=name)
    with _operators() as operators:
        operators.set_password(name, hashed, by=actor())
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
        marks = [Role.ADMIN.value] if operator.role is Role.ADMIN else []
        marks += ["disabled"] if operator.disabled_at else []
        click.echo("\t".join([operator.name, *marks]))
    if not found:
        click.echo("There is no operator yet: opchat operator add NAME", err=True)


@command.command
@click.argument("name")
@click.argument("role", type=_ROLE)
def role(name: str, role: str) -> None:
    """Change what an operator is trusted with.

    Both read and answer all chats, and nothing over HTTP asks for an admin yet.
    """
    with _operators() as operators:
        operators.set_role(name, Role(role), by=actor())
    click.echo(f"{name} is {role}")


@command.command
@click.argument("name")
def disable(name: str) -> None:
    """Lock an operator out, everywhere at once: sessions and tokens end."""
    with _operators() as operators:
        operators.disable(name, by=actor())
    click.echo(f"disabled {name}")


@command.command
@click.argument("name")
@click.option("--label", default="", help="What it is for, to tell it from others.")
def token(name: str, label: str) -> None:
    """Print a new API token that acts for an operator.

    It is shown this once. Programs send it as `Authorization: Bearer TOKEN`.
    """
    with _operators() as operators:
        issued = operators.issue_token(name, label=label, by=actor())
    click.echo(issued.secret)


@command.command
@click.argument("name")
@json_option
def tokens(name: str, *, as_json: bool) -> None:
    """List an operator's API tokens: number, label, when it was made and last used."""
    with _operators() as operators:
        found = operators.tokens(name)
    if as_json:
        click.echo(to_json({"tokens": [_token_to_json(one) for one in found]}))
        return
    for one in found:
        used = f"used {iso_time(one.used_at)}" if one.used_at else "never used"
        expires = [f"until {iso_time(one.expires_at)}"] if one.expires_at else []
        click.echo("\t".join([str(one.token_id), one.label, f"made {iso_time(one.created_at)}", used, *expires]))
    if not found:
        click.echo(f"There is no token yet: opchat operator token {name}", err=True)


@command.command
@click.argument("name")
@click.argument("token_id", type=click.IntRange(1, 2**63 - 1))
def revoke(name: str, token_id: int) -> None:
    """End one of an operator's API tokens, by its number."""
    with _operators() as operators:
        operators.revoke_token(name, token_id, by=actor())
    click.echo(f"revoked token {token_id} of {name}")


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
        "role": operator.role.value,
    }


def _token_to_json(token: KnownToken) -> dict[str, object]:
    return {
        "tokenId": token.token_id,
        "label": token.label,
        "createdAt": iso_time(token.created_at),
        "usedAt": iso_time(token.used_at),
        "expiresAt": iso_time(token.expires_at),
    }
