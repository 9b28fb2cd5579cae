"""A clock, and a feed of what changes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import frozen


class Clock(Protocol):
    """Tells the time, so that tests can move it."""

    def now(self) -> datetime:
        """The time, aware."""
        ...


@frozen
class Change:
    """A hint that a chat changed, or that operators have come to it or left it.

    Attributes:
        user_id: The chat's user.
        bot_type: The chat's bot.
        revision: The chat's revision after the change; None when only who is there has changed.
    """

    user_id: int
    bot_type: str
    revision: int | None

    @property
    def subject(self) -> tuple[int, str, bool]:
        """What it is about; of two hints about the same the newer one is enough."""
        return self.user_id, self.bot_type, self.revision is None


class Subscription(Protocol):
    """One listener's view of the changes of all chats, made by any process."""

    def wait(self, timeout: float) -> tuple[Change, ...] | None:
        """Wait for changes.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            What changed since the last call, coalesced per chat; empty after the timeout; None when the feed has ended.
        """
        ...


class ChangeFeed(Protocol):
    """Tells of changes in any process. A hint: a lost one is made good by the next ordinary request."""

    def subscribe(self) -> AbstractContextManager[Subscription]:
        """Listen from now on, until the context ends."""
        ...
