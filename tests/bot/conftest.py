"""Fixtures of the bot's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.bot.api_stand_in import ApiStandIn

from opchat_core.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def api() -> Iterator[ApiStandIn]:
    """The API's endpoints on a port of their own."""
    with ApiStandIn() as running:
        yield running


@pytest.fixture
def config(simulator: Simulator, api: ApiStandIn) -> Config:
    """An installation whose Telegram is the simulator and whose API is the stand-in."""
    return Config.from_env(
        {"OPERATOR_BOT_TOKEN": simulator.token, "TELEGRAM_API_URL": simulator.url, "API_BASE_URL": api.url}
    )
