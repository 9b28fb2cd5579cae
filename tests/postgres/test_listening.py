"""Hearing of changes: nobody who is subscribed misses one, however early it comes."""

from __future__ import annotations

from threading import Event

import pytest

from opchat_core import connect
from opchat_core.postgres import Listener
from opchat_core.postgres.listen import POLL


@pytest.mark.parametrize("way", ["clean_database", "pgbouncer"])
def test_the_first_subscriber_hears_what_comes_at_once(
    request: pytest.FixtureRequest, clean_database: str, way: str
) -> None:
    """A message that is stored right after the process's first subscription is heard, by either way."""
    for user_id in (1, 2, 3):
        with connect(request.getfixturevalue(way)) as chat, chat.changes() as subscription:
            chat.receive(user_id=user_id, text="Hello?")
            heard = subscription.wait(5)
            assert heard
            assert [change.user_id for change in heard] == [user_id]


@pytest.mark.parametrize("way", ["clean_database", "pgbouncer"])
def test_a_subscriber_goes_on_hearing(request: pytest.FixtureRequest, clean_database: str, way: str) -> None:
    """Also after many looks through a pooler, which keeps no prepared statement from one to the next."""
    with connect(request.getfixturevalue(way)) as chat, chat.changes() as subscription:
        for user_id in (1, 2, 3):
            Event().wait(10 * POLL)
            chat.receive(user_id=user_id, text="Hello?")
            heard = subscription.wait(5)
            assert heard
            assert [change.user_id for change in heard] == [user_id]


def test_a_listener_that_hears_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is away, a subscription has ended before it is used, and closing waits for nobody."""
    monkeypatch.setattr("opchat_core.postgres.listen.READY", 0.2)
    listener = Listener("postgresql://127.0.0.1:1/x")
    with listener.subscribe() as subscription:
        assert subscription.wait(0) is None
    listener.close()
