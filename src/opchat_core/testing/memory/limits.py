"""Allowances of callers in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from opchat_core.model import Charge
from opchat_core.testing.memory.base import InMemoryBase


class InMemoryRateLimits(InMemoryBase):
    """A :class:`~opchat_core.ports.RateLimiter`."""

    def charge(self, charges: Sequence[Charge]) -> timedelta:
        """Take one from each allowance, or nothing from any."""
        with self._lock:
            now, whole_at = self._clock.now(), self._tables.allowances
            waits = [whole_at.get(one.key, now) - one.rate.per + one.rate.every - now for one in charges]
            wait = max(waits, default=timedelta(0))
            if wait > timedelta(0):
                return wait
            for one in charges:
                whole_at[one.key] = max(whole_at.get(one.key, now), now) + one.rate.every
            return timedelta(0)

    def acquit(self, charge: Charge) -> None:
        """Make an allowance whole again."""
        with self._lock:
            self._tables.allowances.pop(charge.key, None)
