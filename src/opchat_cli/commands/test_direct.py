"""``opchat test-direct``."""

from __future__ import annotations

from contextlib import suppress

import click

from opchat_cli.database_check import check_database
from opchat_cli.examples import examples
from opchat_cli.output import USER_ID, json_option
from opchat_cli.settings import read_settings
from opchat_cli.steps import StepFailed, Steps


@click.command(
    name="test-direct",
    epilog=examples("opchat test-direct 42", "DATABASE_URL=postgresql:///shop opchat test-direct 42 --json"),
)
@click.argument("user_id", type=USER_ID)
@json_option
@click.pass_context
def command(context: click.Context, user_id: int, *, as_json: bool) -> None:
    """Check the database, by doing what users and operators do.

    Stores a message of USER_ID, lists, reads, answers, closes and reopens the chat, straight through the core, in one
    transaction that is rolled back: nothing is sent and nothing stays, also when the user has a chat already.
    """
    steps = Steps(as_json)
    config = read_settings()
    with suppress(StepFailed):  # it was told
        check_database(config, user_id, steps)
    context.exit(steps.conclude())
