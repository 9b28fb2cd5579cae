"""``opchat deliver``."""

from __future__ import annotations

import logging
from contextlib import nullcontext

import click

from opchat_cli.crew import Crew
from opchat_cli.examples import examples
from opchat_cli.retention import retention
from opchat_cli.settings import read_settings
from opchat_core import connect_config
from opchat_core.errors import ConfigError
from opchat_flask.meters import served, watch

_log = logging.getLogger(__name__)


@click.command(epilog=examples("opchat deliver", "opchat deliver --parallel 16 --metrics-port 9464"))
@click.option("--parallel", type=click.IntRange(1, 64), default=8, show_default=True, help="Answers under way at once.")
@click.option(
    "--metrics-port", type=click.IntRange(1, 65535), help="Serve what is counted at this port of 127.0.0.1, /metrics."
)
def command(parallel: int, metrics_port: int | None) -> None:
    """Run a delivery worker of its own: sends the answers that wait.

    `opchat serve` has one already. Any number may run beside each other, on any number of machines: they share the
    work, and no answer is sent twice. It ends on SIGTERM or Ctrl-C, within ten seconds.
    """
    config = read_settings()
    if config.bot_token is None:
        raise ConfigError("OPERATOR_BOT_TOKEN is not set, so there is no bot to deliver answers with")
    with connect_config(config) as chat, served(metrics_port) if metrics_port else nullcontext():
        watch(chat.hooks)
        crew = Crew()
        with crew.running():
            crew.add("delivery", lambda stop: chat.courier.run(stop, workers=parallel))
            if config.retention:
                crew.add("retention", retention(chat, config.retention))
            _log.info("delivery.running", extra={"parallel": parallel})
            crew.wait()
