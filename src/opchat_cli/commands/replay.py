"""``opchat replay``."""

from __future__ import annotations

import sys
from collections import Counter

import click

from opchat_bot.replay import reread
from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import read_settings
from opchat_core import connect_config

_TELL_EVERY = 500


@click.command(epilog=examples("opchat replay --dry-run", "opchat replay --json | jq .understood"))
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
@json_option
def command(*, dry_run: bool, as_json: bool) -> None:
    """Understand messages that an earlier version could not.

    What has no name is kept as `unsupported`, with the update as Telegram sent it. After an upgrade, this reads all of
    them again and turns those that have a name now into what they are; the raw update stays as an earlier version.
    Doing it again changes nothing, and it may run beside everything else.
    """
    kinds: Counter[str] = Counter()
    seen = 0
    with connect_config(read_settings()) as chat:
        for message in chat.unsupported():
            seen += 1
            meaning = reread(message)
            if meaning is not None and (dry_run or chat.reinterpret(message.key, meaning)):
                kinds[meaning.message_type.value] += 1
            if seen % _TELL_EVERY == 0 and sys.stderr.isatty():
                click.echo(f"{seen} read, {kinds.total()} understood", err=True)
    if as_json:
        click.echo(to_json({"read": seen, "understood": kinds.total(), "kinds": dict(kinds), "dryRun": dry_run}))
        return
    click.echo(
        f"messages kept raw: {seen}, understood{' (dry run, nothing changed)' if dry_run else ''}: {kinds.total()}"
    )
    for kind, count in sorted(kinds.items()):
        click.echo(f"  {kind}: {count}")
