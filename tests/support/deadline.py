"""Waiting for something real to happen, with an end to patience."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], *, within: float = 10.0, what: str = "the condition") -> None:
    """Return as soon as the condition holds; fail the test when it does not within that many seconds."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {within:g} seconds")
        time.sleep(0.02)
