"""Behind PgBouncer in transaction mode, where each transaction may meet another server process."""

from __future__ import annotations

import psycopg
from tests.support.stores import OPERATOR, WAIT, answer, claim, receive
from tests.support.threads import at_once

from opchat_core.model import ChatCounts, Sent
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.postgres.database import connect_once, is_pooled


def test_a_pooler_is_recognised(pgbouncer: str, migrated_url: str) -> None:
    """By the process id that it makes up; then no statement is prepared."""
    with connect_once(migrated_url) as direct, connect_once(pgbouncer) as pooled:
        assert not is_pooled(direct)
        assert is_pooled(pooled)
    for url, prepares in ((migrated_url, True), (pgbouncer, False)):
        with open_pool(url, size=1) as pool, pool.connection() as connection:
            assert (connection.prepare_threshold is not None) is prepares


def test_the_same_queries_many_times_from_many_connections(pgbouncer: str, clean_database: str) -> None:
    """Far beyond the number of times after which statements would be prepared: no clash, no loss."""
    with open_pool(pgbouncer, size=12) as pool:
        store = PostgresRepository(Database(lend(pool)))

        def work(number: int) -> None:
            user_id = number + 1
            for _ in range(12):
                receive(store, user_id)
                answer(store, user_id)
                for message in claim(store, user_id=user_id):
                    assert store.complete(message, Sent(1), wait=WAIT) is not None
                store.list_chats(OPERATOR, status=None, limit=50, cursor=None)
                store.list_messages(user_id, OPERATOR, before=None, limit=50)

        at_once(12, work)
        assert store.count_chats(OPERATOR) == ChatCounts(12, 0)
        assert store.next_due(OPERATOR) is None
    with psycopg.connect(clean_database) as connection:
        row = connection.execute("SELECT count(*), count(DISTINCT user_id) FROM opchat.chat_messages").fetchone()
    assert row == (12 * 12 * 2, 12)
