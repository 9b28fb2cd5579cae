"""``opchat audit``."""

from __future__ import annotations

from datetime import timedelta

import click

from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import actor, read_settings
from opchat_core import connect_config
from opchat_core.model.wire import iso_time


@click.command(
    epilog=examples(
        "opchat audit",
        "opchat audit --limit 1000 --json | jq '.records[] | select(.actor == \"anna\")'",
        "opchat audit --prune-older-than 365",
    )
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="The newest so many.")
@click.option(
    "--prune-older-than",
    "days",
    metavar="DAYS",
    type=click.IntRange(1, 36_500),
    help="Instead, delete what is older, for good; that this was done is remembered.",
)
@json_option
def command(limit: int, days: int | None, *, as_json: bool) -> None:
    """Show who did what, when, and about whom, oldest first: time, person, action, subject.

    Logins that succeeded and failed, logouts, answers sent, tried again, marked or recorded, chats opened and closed,
    exports, erasures, and changes of operators and tokens. `os:NAME` is a user of the system at the command line. What
    was said is not part of it.
    """
    with connect_config(read_settings()) as chat:
        if days is not None:
            pruned = chat.prune_audit(older_than=timedelta(days=days), operator=actor())
            click.echo(to_json({"records": pruned}) if as_json else f"records deleted: {pruned}")
            return
        records = tuple(reversed(chat.audit(limit=limit)))
    if as_json:
        told = [
            {"at": iso_time(one.at), "actor": one.actor, "action": one.action.value, "subject": one.subject}
            for one in records
        ]
        click.echo(to_json({"records": told}))
        return
    for one in records:
        click.echo("\t".join([iso_time(one.at) or "", one.actor or "-", one.action.value, one.subject or "-"]))
