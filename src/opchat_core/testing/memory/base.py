"""What the parts of the store in memory share: the tables, one lock, a clock, and a way to tell of changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock

from opchat_core.errors import UserNotFound
from opchat_core.ports import Change, Clock
from opchat_core.testing.feed import InMemoryFeed
from opchat_core.testing.memory.chat import StoredChat
from opchat_core.testing.memory.tables import Tables


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class InMemoryBase:
    """Holds the tables and takes one step at a time.

    Args:
        clock: Tells the time; by default the system's does.
        feed: Is told of every change, so that it can serve as the feed of an ``OperatorChat``.
        tables: What there is at first.
    """

    def __init__(
        self, clock: Clock | None = None, *, feed: InMemoryFeed | None = None, tables: Tables | None = None
    ) -> None:
        self._lock = RLock()
        self._clock = clock or _SystemClock()
        self._feed = feed
        self._tables = tables or Tables()

    @contextmanager
    def _step_or_none(self, user_id: int, bot_type: str) -> Iterator[StoredChat | None]:
        """Hold the lock for one step of a chat, and tell the feed if it changed."""
        with self._lock:
            chat = self._tables.chats.get((user_id, bot_type))
            before = chat.revision if chat else 0
            yield chat
            if self._feed and chat and chat.revision != before:
                self._feed.publish(Change(user_id, bot_type, chat.revision))

    @contextmanager
    def _step(self, user_id: int, bot_type: str) -> Iterator[StoredChat]:
        """The same for a chat that has to be there."""
        with self._step_or_none(user_id, bot_type) as chat:
            if chat is None:
                raise UserNotFound("There is no chat with this user.")
            yield chat
