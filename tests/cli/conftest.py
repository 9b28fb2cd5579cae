"""The command line as its users have it: in this process for what is quick, in real ones for what runs on."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Protocol

import pytest
from click.testing import CliRunner, Result
from tests.support.ports import free_port
from tests.support.processes import clean_environment

from opchat_cli import main
from opchat_core import Config, OperatorChat, connect_config

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cli(Protocol):
    """Runs a command to its end."""

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Result: ...


@pytest.fixture
def cli(clean_database: str) -> Iterator[Cli]:
    """Runs ``opchat`` with arguments, over the migrated and empty database unless told otherwise."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logging.getLogger(name).level for name in ("opchat_core", "opchat_flask", "opchat_bot", "opchat_cli")
    }

    def run(*arguments: str, stdin: str = "", **environment: str) -> Result:
        settings = {**clean_environment(), "DATABASE_URL": clean_database, **environment}
        foreign = {name: None for name in os.environ if name not in settings}
        return CliRunner().invoke(main, arguments, input=stdin, env={**foreign, **settings})

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def chat(clean_database: str) -> Iterator[OperatorChat]:
    """The core over that database, without a bot."""
    with connect_config(Config(database_url=clean_database), migrated=True) as chat:
        yield chat


@pytest.fixture
def anna(chat: OperatorChat) -> int:
    """A user who has written, whom somebody answered elsewhere, and who then corrected herself."""
    chat.receive(user_id=42, text="Where is my order?", telegram_message_id=7, first_name="Анна")
    chat.receive(user_id=42, text="It is on its way.", direction="out", telegram_message_id=8)
    chat.receive(user_id=42, text="Where is my order 1047?", telegram_message_id=7, edited=True)
    return 42


@pytest.fixture
def port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    return free_port()
