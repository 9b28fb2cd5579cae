"""``opchat test-simple``."""

from __future__ import annotations

from contextlib import suppress

import click

from opchat_cli.access import access
from opchat_cli.api_check import ApiCheck, server_at
from opchat_cli.examples import examples
from opchat_cli.output import USER_ID, json_option
from opchat_cli.settings import read_settings
from opchat_cli.steps import StepFailed, Steps
from opchat_core.wiring import SELFTEST

_URL = "http://localhost:3001"
_PAGE = "https://shop.example"  # some page's origin, where every page may post


@click.command(
    name="test-simple",
    epilog=examples(
        "opchat test-simple 42",
        "opchat test-simple 42 --url https://chat.example.org --token opchat_...",
        "opchat test-simple 42 --send      # 42 gets a message in Telegram",
    ),
)
@click.argument("user_id", type=USER_ID)
@click.option("--url", help=f"The server; API_BASE_URL or {_URL} by default.")
@click.option("--token", envvar="OPCHAT_API_TOKEN", show_envvar=True, help="An operator's API token.")
@click.option("--send", is_flag=True, help="Send USER_ID a message in Telegram, and wait until it has arrived.")
@json_option
@click.pass_context
def command(
    context: click.Context, user_id: int, url: str | None, token: str | None, *, send: bool, as_json: bool
) -> None:
    """Check a running server: each documented endpoint of its API.

    Works in a chat of its own with USER_ID, under the bot type `selftest`, so that operators see nothing of it. The
    token comes from --token or OPCHAT_API_TOKEN. Where the server's database can be reached, none is needed, and what
    was stored is removed.
    """
    config = read_settings()
    origin = next((one for one in config.cors_origins if one != "*"), _PAGE)
    steps = Steps(as_json)
    with server_at(url or config.api_base_url or _URL) as http, access(config, token) as way_in:
        check = ApiCheck(http, user_id, way_in.token, origin, steps)
        try:
            with suppress(StepFailed):  # it was told
                check.run(send=send)
        finally:
            if way_in.chat is not None:
                way_in.chat.forget(user_id, bot_type=SELFTEST)
        if check.first and way_in.chat is not None:
            with suppress(StepFailed):
                check.gone()
        elif check.first:
            click.echo(
                f"The chat under {SELFTEST} stays, for the database cannot be reached from here. Where it can: "
                f"opchat forget {user_id} --bot-type {SELFTEST}",
                err=True,
            )
    context.exit(steps.conclude())
