"""``opchat demo``."""

from __future__ import annotations

import logging
import tempfile
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import click

import opchat_bot
from opchat_cli.crew import Crew
from opchat_cli.demonstration import OPERATOR, free_port, give_to_workers, sign_in_link, write_samples
from opchat_cli.examples import examples
from opchat_cli.readiness import await_ready
from opchat_cli.web import target
from opchat_core import Config, connect_config
from opchat_core.embedded import embedded_postgres
from opchat_core.testing.simulator import Simulator
from opchat_flask.metrics import count
from opchat_flask.serving import counted_together, serve

_PORT = click.IntRange(1, 65535)


@click.command(epilog=examples("opchat demo", "opchat demo --port 8080 --no-samples"))
@click.option(
    "--port", type=_PORT, default=3001, show_default=True, help="Of the dashboard; if taken, the next free one."
)
@click.option("--simulator-port", type=_PORT, default=8081, show_default=True, help="Of the phone page; the same.")
@click.option("--samples/--no-samples", default=True, show_default=True, help="Begin with some people and messages.")
def command(port: int, simulator_port: int, *, samples: bool) -> None:
    """Try everything at once, with no token, no database and no settings.

    Runs a PostgreSQL of its own, a stand-in for Telegram with a phone page, the bot, the API with the dashboard, and
    the delivery, all on 127.0.0.1. Write on the phone, answer in the dashboard, and see the answer on the phone.

    It takes nothing from the environment, touches no data of an installation, and leaves nothing behind: what was
    written is gone at the end, which comes with Ctrl-C.
    """
    if logging.getLogger("opchat_core").getEffectiveLevel() > logging.DEBUG:
        logging.getLogger().setLevel(logging.WARNING)  # the places to click should not be lost among events
        for name in ("opchat_core", "opchat_flask", "opchat_bot"):
            logging.getLogger(name).setLevel(logging.WARNING)
    crew = Crew()
    with ExitStack() as opened:
        simulator = opened.enter_context(Simulator(_claim("phone page", simulator_port)))
        web_port = _claim("dashboard", port)
        url = f"http://127.0.0.1:{web_port}"
        # Not the data of an installation, nor those of an earlier demo: the simulated Telegram counts messages from 1
        # at each start, and a database that remembers would take new messages for known ones.
        directory = opened.enter_context(tempfile.TemporaryDirectory(prefix="opchat-demo-"))
        click.echo("Starting PostgreSQL ...", err=True)
        database_url = opened.enter_context(embedded_postgres(Path(directory)))
        config = Config(
            bot_token=simulator.token,
            database_url=database_url,
            api_base_url=url,
            telegram_api_url=simulator.url,
        )
        give_to_workers(config)
        opened.enter_context(counted_together())
        chat = opened.enter_context(connect_config(config))
        count(chat.hooks)
        link = sign_in_link(chat, config, url)
        phone = write_samples(simulator) if samples else f"{simulator.url}/"

        def run_bot(stop: Event) -> None:
            if await_ready(url, stop):
                click.echo(_welcome(phone, url, link))
                opchat_bot.run(config, stop=stop)

        opened.enter_context(crew.running())
        crew.add("delivery", chat.courier.run)
        crew.add("bot", run_bot)
        serve("127.0.0.1", web_port, target=target(), on_start=crew.hear_signals)
    click.echo("The demo has ended; nothing is left of it.", err=True)


def _claim(what: str, port: int) -> int:
    found = free_port(port)
    if found != port:
        click.echo(f"Port {port} is taken: the {what} is on port {found}.", err=True)
    return found


def _welcome(phone: str, dashboard: str, link: str) -> str:
    return "\n".join(
        [
            "",
            "opchat is running. Open both pages beside each other:",
            "",
            f"  The user's phone:  {phone}",
            f"  The dashboard:     {link}",
            "",
            f"The link signs you in, once. Later: {dashboard}/login, name {OPERATOR}, password {OPERATOR}.",
            "Ctrl-C ends the demo.",
        ]
    )
