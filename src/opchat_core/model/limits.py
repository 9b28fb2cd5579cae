"""How much is taken from callers who prove nothing."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from attrs import evolve, field, fields_dict, frozen, validators

_RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,4})", re.ASCII)


@frozen
class Rate:
    """So many at once, and as many again for each time that passes; in between in proportion.

    Attributes:
        count: How many.
        per: The time, 1 second or more for each million of them.
    """

    count: int = field(validator=validators.ge(1))
    per: timedelta = field(validator=validators.gt(timedelta(0)))

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``<count>/<seconds>``.

        Raises:
            ValueError: If it is something else.
        """
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError("must be <count>/<seconds>")
        return cls(int(match[1]), timedelta(seconds=int(match[2])))

    @property
    def every(self) -> timedelta:
        """The time that one of them stands for."""
        return self.per / self.count


@frozen
class Charge:
    """What an action takes from an allowance.

    Attributes:
        key: Whose allowance, as a digest: no address or name is kept for it.
        rate: How large it is.
    """

    key: bytes
    rate: Rate

    @classmethod
    def of(cls, rate: Rate, *whose: str) -> Charge:
        """Make the charge of somebody's allowance; ``whose`` names it, first for what it is."""
        told = "\n".join((str(len(whose)), *(f"{len(part)} {part}" for part in whose)))
        return cls(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest(), rate)


@frozen(kw_only=True)
class Limits:
    """How many messages are taken from callers who prove nothing; None sets no limit.

    Attributes:
        user: For each user that they claim to be.
        address: From each client address.
        all: In all.
    """

    user: Rate | None = Rate(300, timedelta(minutes=1))
    address: Rate | None = Rate(600, timedelta(minutes=1))
    all: Rate | None = Rate(20_000, timedelta(seconds=10))

    @classmethod
    def parse(cls, text: str) -> Limits:
        """Read ``off``, or some of ``user=``, ``address=`` and ``all=``, each with ``<count>/<seconds>`` or ``off``.

        Raises:
            ValueError: If it is something else.
        """
        if text == "off":
            return cls(user=None, address=None, all=None)
        limits = cls()
        for part in text.split(","):
            name, _, rate = (word.strip() for word in part.partition("="))
            if name not in fields_dict(cls) or not (rate == "off" or _RATE.fullmatch(rate)):
                raise ValueError("must be off, or like user=300/60,address=600/60,all=off: so many for so many seconds")
            limits = evolve(limits, **{name: None if rate == "off" else Rate.parse(rate)})
        return limits
