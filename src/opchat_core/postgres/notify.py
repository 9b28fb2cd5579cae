"""Telling other processes that chats changed, after the commit and beside it.

A ``NOTIFY`` inside the transaction that stores a message would make commits wait for one another. So each process
gathers its changes for some milliseconds and announces them in a statement of its own. What is lost with a process that
dies in between is a hint: the revision of the chat tells the truth at the next request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread
from time import monotonic

import psycopg

from opchat_core.errors import OpchatError
from opchat_core.ports import Change
from opchat_core.postgres.database import Database
from opchat_core.postgres.queries import query

_log = logging.getLogger(__name__)

GATHER = 0.02
"""Seconds between two announcements at least; the first after a quiet while goes out at once."""

BATCH = 100
"""Changes in one notification: PostgreSQL takes less than 8,000 bytes."""

_ANNOUNCE = query("announce")


def announce_in(database: Database) -> Callable[[Change], None]:
    """Make what announces changes within the transaction of a database: PostgreSQL tells them when it commits."""

    def announce(change: Change) -> None:
        database.execute(_ANNOUNCE, {"payloads": _payloads([change])})

    return announce


def _payloads(changes: Sequence[Change]) -> list[str]:
    lists = [[change.user_id, change.bot_type, change.revision] for change in changes]
    return [json.dumps(lists[at : at + BATCH]) for at in range(0, len(lists), BATCH)]


class Notifier:
    """Announces the changes of this process.

    Args:
        database: Where to.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[tuple[int, str, bool], Change] = {}
        self._changed = Condition()
        self._closed = Event()
        self._thread: Thread | None = None

    def changed(self, change: Change) -> None:
        """Take a change to be announced soon; returns at once."""
        with self._changed:
            is_first = not self._waiting
            self._waiting[change.subject] = change
            if self._thread is None:
                self._thread = Thread(target=self._run, name="opchat-notifier", daemon=True)
                self._thread.start()
            elif is_first:  # otherwise it is awake, or about to be
                self._changed.notify()

    def close(self) -> None:
        """Announce what waits and stop."""
        with self._changed:
            self._closed.set()
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        rest_until = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed.is_set())
            self._closed.wait(max(0.0, rest_until - monotonic()))  # while more gathers, and nobody wakes us for it
            with self._changed:
                waiting, self._waiting = self._waiting, {}
                closed = self._closed.is_set()
            if waiting:
                self._announce(list(waiting.values()))
            if closed:
                return
            rest_until = monotonic() + GATHER

    def _announce(self, waiting: list[Change]) -> None:
        try:
            self._database.execute(_ANNOUNCE, {"payloads": _payloads(waiting)})
        except (OpchatError, psycopg.Error) as error:  # whatever it is, the thread must go on
            # Whoever looks at these chats asks by itself before long; keeping hints of an outage would help nobody.
            _log.warning("changes.not_announced", extra={"chats": len(waiting), "reason": str(error)})
