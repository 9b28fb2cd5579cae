"""Hearing of changes in any process: one connection a process listens for all who wait."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Event, Lock, Thread
from typing import Any

import psycopg
from psycopg import Connection

from opchat_core.errors import Unavailable
from opchat_core.ports import Change
from opchat_core.postgres.database import connect_once, is_pooled
from opchat_core.postgres.queries import query
from opchat_core.postgres.translation import translated

_log = logging.getLogger(__name__)

POLL = 0.1
"""Seconds between two looks at the table of changes, where a pooler keeps notifications away."""

RECONNECT = 1.0
"""Seconds before a lost connection is opened again."""

READY = 5.0
"""Seconds that a subscriber waits at most until changes are heard; then its subscription ends at once."""

_LAST_CHANGE = query("last_change")
_POLL_CHANGES = query("poll_changes")

_REREAD = 100
"""Numbers below the last one that are read again: a number drawn earlier may be committed later."""


class Inbox:
    """The changes that one subscriber has not taken yet, the newest of each chat."""

    def __init__(self) -> None:
        self._changes: dict[tuple[int, str, bool], Change] = {}
        self._ended = False
        self._arrived = Condition()

    def wait(self, timeout: float) -> tuple[Change, ...] | None:
        """See :meth:`opchat_core.ports.Subscription.wait`."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._changes or self._ended, timeout)
            changes, self._changes = self._changes, {}
            return None if self._ended and not changes else tuple(changes.values())

    def put(self, changes: list[Change]) -> None:
        """Add changes."""
        with self._arrived:
            self._changes.update({change.subject: change for change in changes})
            self._arrived.notify_all()

    def end(self) -> None:
        """Tell the subscriber that nothing more will come."""
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()


class Listener:
    """The changes of all processes; a :class:`~opchat_core.ports.ChangeFeed`.

    It connects with the first subscriber, who waits for that: whoever is subscribed misses nothing from then on. When
    the connection is lost, every subscription ends, for changes may have been missed: whoever subscribes again asks for
    what is new first.

    Args:
        conninfo: For libpq, verbatim.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._inboxes: set[Inbox] = set()
        self._lock = Lock()
        self._stop = Event()
        self._hears = Event()
        self._thread: Thread | None = None

    @contextmanager
    def subscribe(self) -> Iterator[Inbox]:
        """See :meth:`opchat_core.ports.ChangeFeed.subscribe`."""
        inbox = Inbox()
        with self._lock:
            self._inboxes.add(inbox)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="opchat-listener", daemon=True)
                self._thread.start()
        if not self._hears.wait(READY) or self._stop.is_set():
            inbox.end()
        try:
            yield inbox
        finally:
            with self._lock:
                self._inboxes.discard(inbox)

    def close(self) -> None:
        """End every subscription and stop."""
        self._stop.set()
        self._hears.set()  # nobody is to wait for what does not come
        self._end_all()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with translated(), connect_once(self._conninfo) as connection:
                    if is_pooled(connection):
                        self._poll(connection)
                    else:
                        self._listen(connection)
            except (Unavailable, psycopg.Error) as error:  # of either kind: without this thread nobody hears anything
                _log.warning("changes.feed_lost", extra={"reason": str(error)})
            if not self._stop.is_set():
                self._hears.clear()
            self._end_all()
            self._stop.wait(RECONNECT)

    def _listen(self, connection: Connection[Any]) -> None:
        connection.execute("LISTEN opchat")
        self._hears.set()
        while not self._stop.is_set():
            for notification in connection.notifies(timeout=0.5, stop_after=1):
                self._hand_out(notification.payload)

    def _poll(self, connection: Connection[Any]) -> None:
        row = connection.execute(_LAST_CHANGE).fetchone()
        last: int = row["change_id"] if row else 0
        seen: deque[int] = deque(range(last - _REREAD, last + 1), maxlen=4 * _REREAD)
        self._hears.set()
        while not self._stop.wait(POLL):
            changes = connection.execute(_POLL_CHANGES, {"after": last - _REREAD}).fetchall()
            if last and all(change["change_id"] != last for change in changes):
                return  # a crash of the server has emptied the table, and numbers begin anew
            for change in changes:
                if change["change_id"] not in seen:
                    seen.append(change["change_id"])
                    last = max(last, change["change_id"])
                    self._hand_out(change["payload"])

    def _hand_out(self, payload: str) -> None:
        try:
            changes = [Change(*change) for change in json.loads(payload)]
        except (ValueError, TypeError):  # whoever may connect to the database may notify on any channel
            _log.warning("changes.not_understood", extra={"length": len(payload)})
            return
        with self._lock:
            for inbox in self._inboxes:
                inbox.put(changes)

    def _end_all(self) -> None:
        with self._lock:
            for inbox in self._inboxes:
                inbox.end()
