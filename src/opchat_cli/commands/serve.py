"""``opchat serve``."""

from __future__ import annotations

import logging
from threading import Event

import attrs
import click

from opchat_cli.crew import Crew
from opchat_cli.examples import examples
from opchat_cli.readiness import await_ready
from opchat_cli.retention import retention
from opchat_cli.settings import read_settings
from opchat_cli.web import target
from opchat_core import Config, OperatorChat, connect_config
from opchat_core.errors import ConfigError
from opchat_flask.metrics import count
from opchat_flask.serving import counted_together, insist_on_free, serve

_log = logging.getLogger(__name__)
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on


@click.command(
    epilog=examples("opchat serve", "opchat serve --host 0.0.0.0 --port 8080 --workers 4", "opchat serve --with-bot")
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=3001, show_default=True, help="The port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that share the port."
)
@click.option("--with-bot", is_flag=True, help="Run the Telegram bot, too, in place of `opchat bot`.")
def command(host: str, port: int, workers: int, *, with_bot: bool) -> None:
    """Serve the API and the dashboard, and deliver queued answers.

    Brings the schema up to date first. Without DATABASE_URL it runs a PostgreSQL of its own. It ends on SIGTERM or
    Ctrl-C, within ten seconds.
    """
    config = read_settings()
    if with_bot and config.bot_token is None:
        raise ConfigError("--with-bot needs OPERATOR_BOT_TOKEN")
    claim_port(host, port)
    crew = Crew()
    with counted_together(), connect_config(config) as chat, crew.running():
        count(chat.hooks)
        for notice in notices(chat, config):
            click.echo(notice, err=True)
        if config.bot_token:
            crew.add("delivery", chat.courier.run)
        if config.retention:
            crew.add("retention", retention(chat, config.retention))
        if with_bot:
            url = f"http://{_EVERYWHERE.get(host, host)}:{port}"
            own = attrs.evolve(config, api_base_url=config.api_base_url or url)
            crew.add("bot", lambda stop: _run_bot(own, url, stop))
        _log.info("server.starting", extra={"url": f"http://{host}:{port}", "workers": workers})
        serve(host, port, workers=workers, target=target(), on_start=crew.hear_signals)


def _run_bot(config: Config, url: str, stop: Event) -> None:
    if await_ready(url, stop):
        import opchat_bot  # noqa: PLC0415 - a fifth of the start, of which a server without a bot needs nothing

        opchat_bot.run(config, stop=stop)


def claim_port(host: str, port: int) -> None:
    """Make sure before anything starts that the port is free.

    Raises:
        ClickException: If it is not; exit status 1, for it is no fault of the configuration.
    """
    try:
        insist_on_free(host, port)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def notices(chat: OperatorChat, config: Config) -> list[str]:
    """Say what the installation lacks, and how to mend it."""
    found = []
    if not config.ingest_verified:
        found.append(
            "Notice: POST /api/chat-message is open to everyone; what comes without the bot's proof is shown as "
            "unverified. OPCHAT_INGEST=verified closes it."
        )
    if not any(operator.disabled_at is None for operator in chat.operators.list()):
        found.append("Notice: there is no operator yet, so nobody can log in: opchat operator add NAME")
    if config.bot_token is None:
        found.append(
            "Notice: OPERATOR_BOT_TOKEN is not set: messages are received and read, but no answer can be sent."
        )
    return found
