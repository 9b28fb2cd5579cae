"""The command ``opchat``: finds the commands, sets up the log, and turns errors into lines and exit statuses."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from opchat_cli.crew import unwind_on_sigterm
from opchat_cli.log import log_to_stderr
from opchat_cli.settings import log_format
from opchat_core.errors import ConfigError, InvalidInput, OpchatError
from opchat_core.telegram import redact

_SERVICES = frozenset({"demo", "serve", "bot", "deliver", "simulator"})

_COMMANDS = (
    "demo",
    "serve",
    "bot",
    "deliver",
    "migrate",
    "operator",
    "doctor",
    "test-direct",
    "test-simple",
    "export",
    "forget",
    "import",
    "audit",
    "replay",
    "simulator",
)


_MODULES = {"import": "import_chats"}
"""Commands whose name is no name for a module."""


class WrongUse(click.ClickException):
    """Wrong use or configuration: one line, and exit status 2."""

    exit_code = 2


class Commands(click.Group):
    """Imports a command's module when it is asked for, so that none pays for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Name the commands in the order in which a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command."""
        if cmd_name not in _COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
        command: click.Command = import_module(f"opchat_cli.commands.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what opchat raises on purpose becomes one line, never a traceback."""
        try:
            return super().invoke(ctx)
        except (ConfigError, InvalidInput) as error:
            raise WrongUse(explain(error)) from error
        except OpchatError as error:
            raise click.ClickException(explain(error)) from error


def explain(error: OpchatError) -> str:
    """Say what is wrong in one line, with the reason that the database or the system gave."""
    reason = redact(" ".join(str(error.__cause__ or "").split()))
    told = str(error)
    return told if not reason or reason in told else f"{told} {reason}"


@click.command("opchat", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Log more, to standard error.")
@click.version_option(package_name="opchat", message="opchat %(version)s")
@click.pass_context
def main(context: click.Context, *, verbose: bool) -> None:
    """Operator chat for Telegram: receive what users write, answer it in a dashboard.

    Begin with `opchat demo`, which needs nothing. An installation runs `opchat serve` and `opchat bot`; settings come
    from the environment: OPERATOR_BOT_TOKEN, API_BASE_URL, DATABASE_URL and those of `opchat doctor --help`.

    Results go to standard output, diagnostics to standard error. Exit status: 0 good, 1 the check or job failed,
    2 wrong use or configuration.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name that the terminal cannot show must not end the program
            stream.reconfigure(errors="backslashreplace")
    if context.invoked_subcommand in _SERVICES:
        unwind_on_sigterm()
    level = logging.INFO if context.invoked_subcommand in _SERVICES else logging.ERROR
    log_to_stderr(logging.DEBUG if verbose else level, log_format())
