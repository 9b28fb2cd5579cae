"""``opchat import``."""

from __future__ import annotations

from contextlib import ExitStack

import attrs
import click

from opchat_cli.examples import examples
from opchat_cli.importing import Imported, import_chats
from opchat_cli.output import json_option, to_json
from opchat_cli.progress import progress
from opchat_cli.settings import read_settings
from opchat_core import ReopenRule, connect_config
from opchat_core.postgres import legacy_tables
from opchat_core.wiring import database_of


@click.command(epilog=examples("opchat import", "opchat import --from postgresql:///old --json"))
@click.option("--from", "source", metavar="URL", help="The database of the older installation, if it is another.")
@json_option
@click.pass_context
def command(context: click.Context, source: str | None, *, as_json: bool) -> None:
    """Bring in chats from the tables users, chat_messages and user_data.

    They are looked for in the schema `public` and left as they are. A message that is there already is not brought in
    again, so the command may be repeated, and goes on where it was broken off. Do it before the bot runs: messages keep
    the order in which they come in. Exit status 1 if some messages could not be brought in; the others are.
    """
    config = attrs.evolve(read_settings(), reopen=ReopenRule.parse("never"))  # an old message wakes no closed chat
    done: list[Imported] = []
    with ExitStack() as opened:
        url = opened.enter_context(database_of(config))
        tables = opened.enter_context(legacy_tables(source or url))
        chat = opened.enter_context(connect_config(attrs.evolve(config, database_url=url)))
        user_ids = tables.user_ids()
        advance = opened.enter_context(progress("importing", total=len(user_ids)))
        for one in import_chats(chat, tables, user_ids):
            done.append(one)
            advance()
    messages, known = sum(one.messages for one in done), sum(one.known for one in done)
    refused = [sentence for one in done for sentence in one.refused]
    for sentence in refused:
        click.echo(sentence, err=True)
    if as_json:
        told = {"users": len(done), "messages": messages, "known": known, "refused": len(refused)}
        click.echo(to_json(told))
    else:
        click.echo(f"{len(done)} users: {messages} messages imported, {known} known, {len(refused)} refused")
    context.exit(1 if refused else 0)
