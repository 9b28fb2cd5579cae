"""How long things may take, and how long to wait."""

from __future__ import annotations

from datetime import timedelta

from opchat_core.model import Pace

LEASE = timedelta(seconds=60)
"""How long a worker has for one answer; longer than the sender's own time limits together."""

MAX_AGE = timedelta(days=1)
"""How long an answer may wait before it fails as ``expired``."""

MAX_BACKOFF = timedelta(seconds=30)
"""The longest pause between two attempts that Telegram did not ask for."""

IDLE = timedelta(seconds=1)
"""How long a worker sleeps at most, so that answers of other processes do not wait."""

PAUSE = timedelta(seconds=5)
"""How often a worker asks whether Telegram accepts a refused token again."""

MIN_PAUSE = timedelta(milliseconds=20)
"""How long a worker sleeps at least when there was nothing to take, so that it never spins."""

SWEEP = timedelta(minutes=10)
"""How often a worker looks for files that nobody will send any more."""

ORPHANED = timedelta(hours=1)
"""How long the upload of a file may take before its answer is stored."""

KEPT = timedelta(days=7)
"""How long the file of an answer that could not be sent is kept, so that it can be tried again."""

TYPING = timedelta(seconds=4)
"""How often a user is shown that somebody writes; Telegram shows it for five seconds."""

PACE = Pace()
"""Answers leave as fast as Telegram allows."""

WORKERS = 8
"""How many answers one worker has under way at once."""

STORING_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to store a result, for a store that is away."""


def backoff(attempts: int) -> timedelta:
    """The pause after a number of attempts: 1, 2, 4, 8 and so on seconds, at most :data:`MAX_BACKOFF`."""
    return min(timedelta(seconds=2 ** min(max(attempts, 1) - 1, 16)), MAX_BACKOFF)
