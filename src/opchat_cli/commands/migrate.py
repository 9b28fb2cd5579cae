"""``opchat migrate``."""

from __future__ import annotations

import click

from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import read_settings
from opchat_core.postgres import migrate
from opchat_core.wiring import database_of


@click.command(epilog=examples("opchat migrate", "DATABASE_URL=postgresql://owner@db/shop opchat migrate --json"))
@json_option
def command(*, as_json: bool) -> None:
    """Bring the database's schema up to date.

    Safe to run at once from many places: they take turns. `opchat serve` does it by itself at its start; run this
    before it where the servers' database role may not change the schema.
    """
    with database_of(read_settings()) as url:
        applied = migrate(url)
    if as_json:
        click.echo(to_json({"applied": applied}))
    elif applied:
        for name in applied:
            click.echo(f"applied {name}")
    else:
        click.echo("up to date")
