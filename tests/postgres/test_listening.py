"""Hearing of changes: nobody who is subscribed misses one, however early it comes."""

from __future__ import annotations

from threading import Event
from time import monotonic

import psycopg
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


def test_a_stranger_on_the_channel_ends_nothing(clean_database: str) -> None:
    """What others notify on the channel by hand is passed over, and the next change is heard."""
    with connect(clean_database) as chat, chat.changes() as subscription:
        with psycopg.connect(clean_database, autocommit=True) as connection:
            for payload in ("", "junk", "7", "[7]", "[[1, 2]]", "{}"):
                connection.execute("SELECT pg_notify('opchat', %s)", [payload])
        chat.receive(user_id=7, text="Hello?")
        heard = subscription.wait(5)
        assert heard
        assert [change.user_id for change in heard] == [7]


def test_numbers_that_begin_anew_end_the_subscription_behind_a_pooler(clean_database: str, pgbouncer: str) -> None:
    """A crash empties the table of changes: who is subscribed is told to ask anew, and not left deaf."""
    with connect(pgbouncer) as chat, psycopg.connect(clean_database, autocommit=True) as connection:
        connection.execute("SELECT opchat.announce(array_agg('[]'::text)) FROM generate_series(1, 300)")
        with chat.changes() as subscription:
            connection.execute("TRUNCATE opchat.changes RESTART IDENTITY")
            assert subscription.wait(5) is None
        chat.receive(user_id=7, text="Hello?")
        deadline = monotonic() + 10
        while monotonic() < deadline:
            with chat.changes() as subscription:
                if subscription.wait(0.1) is not None:
                    chat.receive(user_id=8, text="Hello?")
                    heard = subscription.wait(5)
                    assert heard
                    assert [change.user_id for change in heard] == [8]
                    return
        pytest.fail("the feed did not come back")


def test_a_listener_that_hears_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is away, a subscription has ended before it is used, and closing waits for nobody."""
    monkeypatch.setattr("opchat_core.postgres.listen.READY", 0.2)
    listener = Listener("postgresql://127.0.0.1:1/x")
    with listener.subscribe() as subscription:
        assert subscription.wait(0) is None
    listener.close()
