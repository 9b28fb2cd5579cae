"""How many bodies one process reads at once: one that stalls holds a thread for as long as its sender likes.

A body that is there is read in microseconds, so few places are enough for many callers. Whoever proves nothing has
places of their own, and so has the login: a stranger who opens uploads and lets them stall keeps out strangers, not
operators and the bot.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import Enum
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from opchat_core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT = 0.25
"""Seconds that a request waits for a place to read at; longer would hold the thread that it is to save."""


class Origin(Enum):
    """Who sends a body."""

    PROVEN = "proven"
    STRANGER = "stranger"
    LOGIN = "login"
    FILES = "files"


PLACES = {Origin.PROVEN: 20, Origin.STRANGER: 10, Origin.LOGIN: 4, Origin.FILES: 6}
"""How many bodies of each a process reads at once; with the event streams, fewer than it has threads."""


class Uploads:
    """The bodies that one process is reading."""

    def __init__(self) -> None:
        self._free = {origin: BoundedSemaphore(places) for origin, places in PLACES.items()}

    @contextmanager
    def reading(self, origin: Origin) -> Iterator[None]:
        """Hold a place while a body is read.

        Raises:
            Unavailable: If all places stay taken.
        """
        if not self._free[origin].acquire(timeout=WAIT):
            raise Unavailable("Too many uploads are under way; come again in a moment.")
        try:
            yield
        finally:
            self._free[origin].release()
