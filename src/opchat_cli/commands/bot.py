"""``opchat bot``."""

from __future__ import annotations

import click

import opchat_bot
from opchat_cli.examples import examples
from opchat_cli.settings import read_settings

_HOST, _PORT = opchat_bot.LISTEN


@click.command(
    epilog=examples(
        "opchat bot",
        "API_BASE_URL=https://chat.example.org opchat bot",
        "opchat bot --webhook https://bot.example.org/telegram --port 8443",
    )
)
@click.option("--webhook", metavar="URL", help="Let Telegram send updates to this address instead of polling for them.")
@click.option("--host", default=_HOST, show_default=True, help="Where to listen for a webhook's requests.")
@click.option("--port", type=click.IntRange(1, 65535), default=_PORT, show_default=True, help="The same.")
def command(webhook: str | None, host: str, port: int) -> None:
    """Run the Telegram bot: hands what users write to the API.

    Needs OPERATOR_BOT_TOKEN. Finds the API at API_BASE_URL, or else at localhost, port 3001 or 3000, and waits for it:
    Telegram is told that a message was taken only when the API has stored it. One bot polls at a time.

    With --webhook it listens for plain HTTP, for a proxy that ends TLS in front of it. It ends on SIGTERM or Ctrl-C.
    """
    opchat_bot.run(read_settings(), webhook=webhook, listen=(host, port))
