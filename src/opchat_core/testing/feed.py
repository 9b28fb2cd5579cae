"""A feed of changes within one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock

from opchat_core.ports import Change


class InMemorySubscription:
    """One listener of an :class:`InMemoryFeed`; see :class:`~opchat_core.ports.Subscription`."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._changes: dict[tuple[int, str, bool], Change] = {}
        self._ended = False

    def wait(self, timeout: float) -> tuple[Change, ...] | None:
        """Wait for changes; see :meth:`opchat_core.ports.Subscription.wait`."""
        with self._condition:
            self._condition.wait_for(lambda: self._changes or self._ended, timeout)
            changes = tuple(self._changes.values())
            self._changes.clear()
            return None if self._ended and not changes else changes

    def tell(self, change: Change) -> None:
        """Hand a change in; the newest of a chat replaces older ones."""
        with self._condition:
            self._changes[change.subject] = change
            self._condition.notify_all()

    def end(self) -> None:
        """Tell the listener that nothing more will come."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()


class InMemoryFeed:
    """A :class:`~opchat_core.ports.ChangeFeed` for tests. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscriptions: list[InMemorySubscription] = []

    @contextmanager
    def subscribe(self) -> Iterator[InMemorySubscription]:
        """Listen from now on, until the context ends."""
        subscription = InMemorySubscription()
        with self._lock:
            self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions.remove(subscription)

    def publish(self, change: Change) -> None:
        """Tell every listener of a change."""
        with self._lock:
            for subscription in self._subscriptions:
                subscription.tell(change)

    def close(self) -> None:
        """End every subscription."""
        with self._lock:
            for subscription in self._subscriptions:
                subscription.end()
