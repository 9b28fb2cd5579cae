"""What the parts of the repository share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from opchat_core.ports import Change, Clock
from opchat_core.postgres.database import Database

Changed = Callable[[Change], None]
"""Takes a hint that a chat changed, once the change is committed."""


class Base:
    """Holds the database, the clock and the way to tell of changes.

    Args:
        database: Where queries run.
        clock: Tells the time instead of the database's own clock, which is what all processes share; for tests.
        changed: Takes a hint after each change, once it is committed.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock | None = None,
        changed: Changed = lambda _: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    def _now(self) -> datetime | None:
        """The time for a query; None lets the database take its own."""
        return self._clock.now() if self._clock else None
