"""What the demo consists of: an installation of its own that knows nothing of the environment."""

from __future__ import annotations

import os
import re

from opchat_core import Config, OperatorChat
from opchat_core.errors import ConfigError
from opchat_core.testing.simulator import Simulator
from opchat_flask import hash_password, session_secret, sign_in_ticket
from opchat_flask.serving import insist_on_free

OPERATOR = "demo"
"""Name and password of the demo's operator: printed, of data that are made up, on this machine alone."""

_TRIES = 100  # ports
_OURS = re.compile(r"OPCHAT_.*|DATABASE_URL|OPERATOR_BOT_TOKEN|API_BASE_URL|TELEGRAM_API_URL")


def free_port(preferred: int) -> int:
    """Find a port of 127.0.0.1: the preferred one, or the next that is free.

    Raises:
        ConfigError: If there is none among a hundred.
    """
    for port in range(preferred, min(preferred + _TRIES, 65536)):
        try:
            insist_on_free("127.0.0.1", port)
        except ConfigError:
            continue
        return port
    raise ConfigError(f"None of the ports from {preferred} on is free.")


def give_to_workers(config: Config) -> None:
    """Put the demo's settings, and no others, where the processes of the server read theirs."""
    for name in [name for name in os.environ if _OURS.fullmatch(name)]:
        del os.environ[name]
    os.environ.update(
        DATABASE_URL=config.database_url or "",
        OPERATOR_BOT_TOKEN=config.bot_token or "",
        TELEGRAM_API_URL=config.telegram_api_url,
    )


def sign_in_link(chat: OperatorChat, config: Config, url: str) -> str:
    """Make the demo's operator, and a link that logs them in once."""
    operator = chat.operators.add(OPERATOR, hash_password(OPERATOR, allow_weak=True))
    return f"{url}/login?ticket={sign_in_ticket(session_secret(chat, config), operator)}"


def write_samples(simulator: Simulator) -> str:
    """Let some people write to the bot, by the phone; what they write takes the way of every message.

    Returns:
        The phone page of the first of them.
    """
    anna = simulator.user(first_name="Anna", last_name="Petrova", username="anna_p")
    ben = simulator.user(first_name="Ben", last_name="Miller")
    sofia = simulator.user(first_name="София", last_name="Иванова", username="sofia", language_code="ru")
    simulator.send_text(anna.id, "Hello! I ordered a blue teapot last week. Where is it?")
    simulator.send_text(ben.id, "Do you deliver on Saturdays?")
    simulator.send_sample(anna.id, "photo", caption="It looks like this. The order number is 1047.")
    simulator.send_sample(ben.id, "voice")
    simulator.send_text(sofia.id, "Здравствуйте! Можно ли вернуть чайник, если он не подошёл?")
    return f"{simulator.url}/?user={anna.id}"
