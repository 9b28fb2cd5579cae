"""Fixtures of the simulator's own tests."""

from __future__ import annotations

import pytest
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import Simulator

ANNA = 42


@pytest.fixture
def raw(simulator: Simulator) -> Raw:
    """A bare client of a simulator in which Anna, user 42, has a phone."""
    simulator.user(ANNA, "Anna", username="anna")
    return Raw(simulator)
