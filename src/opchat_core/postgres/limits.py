"""Allowances of callers in PostgreSQL, so that all processes count together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from opchat_core.model import Charge
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_CHARGE = query("charge")
_ACQUIT = query("acquit")


class RateLimits(Base):
    """The part of the repository that counts; :class:`~opchat_core.ports.RateLimiter` documents it."""

    def charge(self, charges: Sequence[Charge]) -> timedelta:
        """See :meth:`opchat_core.ports.RateLimiter.charge`."""
        parameters = {
            "keys": [charge.key for charge in charges],
            "every": [charge.rate.every for charge in charges],
            "per": [charge.rate.per for charge in charges],
            "now": self._now(),
        }
        wait: timedelta = self._database.fetch_value(_CHARGE, parameters)
        return wait

    def acquit(self, charge: Charge) -> None:
        """See :meth:`opchat_core.ports.RateLimiter.acquit`."""
        self._database.execute(_ACQUIT, {"key": charge.key})
