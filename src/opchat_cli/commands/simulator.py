"""``opchat simulator``."""

from __future__ import annotations

import click

from opchat_cli.examples import examples
from opchat_core.testing.simulator import Simulator


@click.command(epilog=examples("opchat simulator --port 8081"))
@click.option("--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="0 takes a free one.")
def command(port: int) -> None:
    """Run a stand-in for Telegram's Bot API, with a page that plays the user's phone.

    It listens on 127.0.0.1 only, and keeps everything in memory. Give the bot and the server the two settings that it
    prints, and write to them from the page.
    """
    try:
        simulator = Simulator(port)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on 127.0.0.1 port {port}: {error.strerror}.") from error
    click.echo(f"Phone page:  {simulator.url}/")
    click.echo("Settings:")
    click.echo(f"  TELEGRAM_API_URL={simulator.url}")
    click.echo(f"  OPERATOR_BOT_TOKEN={simulator.token}")
    try:
        simulator.serve_forever()
    except KeyboardInterrupt:
        click.echo("The simulator has stopped.", err=True)
