"""A count of what callers do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from opchat_core.model import Charge


class RateLimiter(Protocol):
    """Counts what callers do, over all processes."""

    def charge(self, charges: Sequence[Charge]) -> timedelta:
        """Take one from each allowance, or nothing from any.

        Returns:
            How long until each has one to give; zero when it was taken.
        """
        ...

    def acquit(self, charge: Charge) -> None:
        """Make an allowance whole again."""
        ...
