"""``opchat forget``."""

from __future__ import annotations

import sys

import click

from opchat_cli.examples import examples
from opchat_cli.output import USER_ID, json_option, to_json
from opchat_cli.settings import actor, read_settings
from opchat_core import connect_config
from opchat_core.errors import UserNotFound


@click.command(epilog=examples("opchat forget 42", "opchat forget 42 --yes --json"))
@click.argument("user_id", type=USER_ID)
@click.option("--bot-type", help="Erase the chat with this bot only.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(user_id: int, bot_type: str | None, *, yes: bool, as_json: bool) -> None:
    """Erase a user's chats with all their messages, and the user, for good.

    What the user has in Telegram stays there. `opchat export` makes a copy first.
    """
    with connect_config(read_settings()) as chat:
        known = chat.bot_types(user_id)
        if not known or (bot_type and bot_type not in known):
            raise UserNotFound(f"There is no chat with user {user_id}{f' under {bot_type}' if bot_type else ''}.")
        if not yes:
            if not sys.stdin.isatty():
                raise click.UsageError("There is no terminal to ask on: use --yes.")
            what = f"the chat with {bot_type}" if bot_type else f"the chats with {', '.join(known)}"
            click.confirm(f"Erase {what} of user {user_id} for good?", abort=True, err=True)
        messages = chat.forget(user_id, bot_type=bot_type, operator=actor())
    click.echo(to_json({"userId": user_id, "messages": messages}) if as_json else f"messages erased: {messages}")
