"""The store in memory, put together from its parts."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opchat_core.model import Message
from opchat_core.testing.memory.audit import InMemoryAudit
from opchat_core.testing.memory.chats import InMemoryChats
from opchat_core.testing.memory.deliveries import InMemoryDeliveries
from opchat_core.testing.memory.health import InMemoryBotWatch
from opchat_core.testing.memory.limits import InMemoryRateLimits
from opchat_core.testing.memory.operators import InMemoryOperators
from opchat_core.testing.memory.presence import InMemoryPresence
from opchat_core.testing.memory.wishes import InMemoryWishes


class InMemoryRepository(
    InMemoryChats,
    InMemoryDeliveries,
    InMemoryWishes,
    InMemoryOperators,
    InMemoryRateLimits,
    InMemoryAudit,
    InMemoryPresence,
    InMemoryBotWatch,
):
    """A :class:`~opchat_core.ports.Store` in memory. Thread-safe.

    Args:
        clock: Tells the time; by default the system's does.
        feed: Is told of every change, so that it can serve as the feed of an ``OperatorChat``.
        tables: What it holds at first.
    """

    def check(self) -> None:
        """Memory is always there, and always of this version."""

    @contextmanager
    def together(self) -> Iterator[InMemoryRepository]:
        """Do several steps with nobody in between, or none of them."""
        with self._lock:
            before = copy.deepcopy(self._tables)
            try:
                yield self
            except BaseException:
                self._tables = before
                raise

    def using(self, connection: Any) -> InMemoryRepository:  # noqa: ARG002 - there are none in memory
        """Memory knows no connections: what is done is done at once."""
        return self

    @contextmanager
    def transaction(self) -> Iterator[InMemoryRepository]:
        """Do several steps on a copy that is thrown away."""
        with self._lock:
            tables = copy.deepcopy(self._tables)
        yield InMemoryRepository(self._clock, tables=tables)

    def stream_messages(self, user_id: int, bot_type: str) -> Iterator[Message]:
        """Read a whole chat, oldest first."""
        return iter(self._messages(user_id, bot_type))
