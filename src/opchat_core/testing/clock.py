"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""Where a clock stands that was told nothing else: a Monday morning."""


class MovableClock:
    """A :class:`~opchat_core.ports.Clock` for tests: time passes when they say so. Thread-safe.

    Args:
        now: Where it stands at first, aware.
    """

    def __init__(self, now: datetime = START) -> None:
        if now.tzinfo is None:
            raise ValueError("now must have a time zone")
        self._lock = Lock()
        self._now = now

    def now(self) -> datetime:
        """The time that it was moved to."""
        with self._lock:
            return self._now

    def advance(self, duration: timedelta) -> datetime:
        """Let time pass; returns the new time.

        Args:
            duration: How much; not negative, for time does not go back.
        """
        if duration < timedelta(0):
            raise ValueError("duration must not be negative")
        with self._lock:
            self._now += duration
            return self._now
