"""How hot queries read: by indexes, and no more than they show, whatever the size of the tables.

PostgreSQL itself counts scans and rows read, inside functions too; the counters of the transaction under way are exact.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from attrs import frozen
from psycopg.conninfo import make_conninfo
from psycopg.rows import tuple_row
from tests.support.stores import LEASE, MAX_AGE, OPERATOR, UNHURRIED, WAIT

from opchat_core.model import Answer, ChatStatus, Cursor, IncomingMessage, MessageKey, ReopenRule, Sent
from opchat_core.model.health import BotMode, BotReport
from opchat_core.postgres import Database, PostgresRepository, migrate
from opchat_core.postgres.scratch import scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opchat_core.ports import Parcel

USERS = 6000
HEAVY = 1
"""A user with thousands of messages."""

_FILL = b"""
INSERT INTO opchat.users (
    user_id, first_name, username, folded_first_name, folded_username, verified, created_at
)
SELECT n, 'Name' || n, 'user' || n, 'name' || n, 'user' || n, true, now() FROM generate_series(1, 6000) AS n;

INSERT INTO opchat.user_data (
    user_id, bot_type, operator_chat_status, closed_at, last_seq, unread_count, revision, last_message_at
)
SELECT n, 'operator', CASE n % 3 WHEN 0 THEN 'open' ELSE 'closed' END, CASE n % 3 WHEN 0 THEN NULL ELSE now() END,
    CASE n WHEN 1 THEN 5000 ELSE 3 END, 1, CASE n WHEN 1 THEN 5000 ELSE 3 END,
    '2026-01-01Z'::timestamptz + n * interval '1 second'
FROM generate_series(1, 6000) AS n;

INSERT INTO opchat.chat_counts (bot_type, shard, open_count, closed_count)
SELECT 'operator', shard, 125, 250 FROM generate_series(0, 15) AS shard;

INSERT INTO opchat.chat_messages (
    user_id, bot_type, seq, direction, verified, message_type, message_text, telegram_message_id, created_at, revision,
    delivery_status
)
SELECT n, 'operator', seq, CASE seq WHEN 2 THEN 'out' ELSE 'in' END, true, 'text', 'text', n * 10000 + seq,
    '2026-01-01Z'::timestamptz, seq, CASE seq WHEN 2 THEN 'sent' END
FROM generate_series(1, 6000) AS n, generate_series(1, CASE n WHEN 1 THEN 5000 ELSE 3 END) AS seq;
"""
_COUNTERS = b"""
SELECT relname, seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
FROM pg_stat_xact_user_tables WHERE schemaname = 'opchat'
"""


@frozen
class Reading:
    """What a call read: the tables it scanned from end to end, and rows by table."""

    scanned: frozenset[str]
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


@pytest.fixture(scope="module")
def full_database(database_server: str) -> Iterator[str]:
    """A database with thousands of chats, analysed, whose plans do not know the parameters."""
    with scratch_database(database_server) as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_FILL)
            connection.execute("VACUUM ANALYZE")
        yield make_conninfo(url, options="-c plan_cache_mode=force_generic_plan")


@pytest.fixture
def connection(full_database: str) -> Iterator[psycopg.Connection]:
    """A connection whose work is rolled back, and whose statements are prepared at once."""
    with (
        psycopg.connect(full_database, autocommit=True, prepare_threshold=0) as connection,
        connection.transaction(force_rollback=True),
    ):
        yield connection


@pytest.fixture
def store(connection: psycopg.Connection) -> PostgresRepository:
    """A store on that connection."""
    return PostgresRepository(Database(lambda: nullcontext(connection)))


def read(connection: psycopg.Connection, call: Callable[[], object]) -> Reading:
    """Do something and tell what it read."""

    def counters() -> dict[str, tuple[int, int]]:
        with connection.cursor(row_factory=tuple_row) as cursor:
            return {name: (scans, rows) for name, scans, rows in cursor.execute(_COUNTERS)}

    before = counters()
    call()
    after = {name: (s - before[name][0], r - before[name][1]) for name, (s, r) in counters().items()}
    return Reading(
        frozenset(name for name, (scans, _) in after.items() if scans),
        {name: rows for name, (_, rows) in after.items() if rows},
    )


NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALWAYS = ReopenRule()


def _receive(store: PostgresRepository, **fields: object) -> object:
    message = IncomingMessage(**{"user_id": 500, "text": "x"} | fields)  # type: ignore[arg-type] # checked at run time
    return store.receive(message, verified=True, operator=None, reopen=ALWAYS)


def _list(status: ChatStatus | None, cursor: Cursor | None = None) -> Callable[[PostgresRepository], object]:
    return lambda store: store.list_chats(OPERATOR, status=status, limit=51, cursor=cursor)


def _answer(store: PostgresRepository, **fields: object) -> object:
    return store.queue_answer(500, OPERATOR, Answer(text="x", **fields), operator="anna")  # type: ignore[arg-type] # as above


DEEP = Cursor(NOW + timedelta(seconds=3000), 3000)
HOT: dict[str, tuple[Callable[[PostgresRepository], object], int]] = {
    "receive from somebody new": (lambda s: _receive(s, user_id=9_999_999), 10),
    "receive": (lambda s: _receive(s, telegram_message_id=1, reply_to_telegram_message_id=5_000_001), 12),
    "receive a repetition": (lambda s: _receive(s, telegram_message_id=5_000_001), 8),
    "receive an edit": (lambda s: _receive(s, telegram_message_id=5_000_001, edited=True), 16),
    "receive in a heavy chat": (lambda s: _receive(s, user_id=HEAVY, first_name="New"), 12),
    "receive an answer": (lambda s: _receive(s, direction="out", telegram_message_id=5_000_002), 8),
    "find_chat": (lambda s: s.find_chat(HEAVY, OPERATOR), 4),
    "find_message": (lambda s: s.find_message(MessageKey(HEAVY, OPERATOR, 2500)), 2),
    "list_chats, all": (_list(None), 400),
    "list_chats, open": (_list(ChatStatus.OPEN), 200),
    "list_chats, closed, far down": (_list(ChatStatus.CLOSED, DEEP), 200),
    "list_chats, all, far down": (_list(None, DEEP), 400),
    "fingerprint_chats, all": (lambda s: s.fingerprint_chats(OPERATOR, status=None, limit=51, cursor=None), 240),
    "count_chats": (lambda s: s.count_chats(OPERATOR), 20),
    "list_messages, last page": (lambda s: s.list_messages(HEAVY, OPERATOR, before=None, limit=50), 60),
    "list_messages, a page back": (lambda s: s.list_messages(HEAVY, OPERATOR, before=2000, limit=50), 60),
    "list_changes": (lambda s: s.list_changes(HEAVY, OPERATOR, after=4990), 12),
    "mark_read": (lambda s: s.mark_read(HEAVY, OPERATOR, 4990), 24),
    "set_status": (lambda s: s.set_status(HEAVY, OPERATOR, ChatStatus.OPEN), 12),
    "set_blocked": (lambda s: s.set_blocked(HEAVY, OPERATOR, blocked=True), 12),
    "queue_answer": (lambda s: _answer(s, client_message_id="new", reply_to=1, last_seen_seq=3), 12),
    "claim, nothing due": (lambda s: s.claim(OPERATOR, limit=8, lease=LEASE, max_age=MAX_AGE, pace=UNHURRIED), 4),
    "next_due": (lambda s: s.next_due(OPERATOR), 4),
    "is_paused": (lambda s: s.is_paused(OPERATOR), 2),
    "backlog": (lambda s: s.backlog(OPERATOR), 4),
    "bot_health": (lambda s: s.bot_health(OPERATOR), 6),
    "report_bot": (lambda s: s.report_bot(BotReport(mode=BotMode.POLLING)), 4),
    "list_bot_types": (lambda s: s.list_bot_types(HEAVY), 2),
    "list_versions": (lambda s: s.list_versions(MessageKey(HEAVY, OPERATOR, 1)), 2),
}
BIG = frozenset({"users", "user_data", "chat_messages"})


@pytest.mark.parametrize("name", HOT)
def test_a_hot_query_reads_what_it_shows(store: PostgresRepository, connection: psycopg.Connection, name: str) -> None:
    """No table is scanned from end to end, and the number of rows read has a bound that no table's size is part of."""
    call, most = HOT[name]
    reading = read(connection, lambda: call(store))
    assert not reading.scanned & BIG
    assert reading.total <= most, reading


def test_sending_reads_what_it_sends(store: PostgresRepository, connection: psycopg.Connection) -> None:
    """Claiming, completing and settling look at the chats concerned and at no others."""
    for user_id in range(100, 120):
        store.queue_answer(user_id, OPERATOR, Answer(text="x"), operator=None)
    taken: list[Parcel] = []
    reading = read(
        connection, lambda: taken.extend(store.claim(OPERATOR, limit=8, lease=LEASE, max_age=MAX_AGE, pace=UNHURRIED))
    )
    assert len(taken) == 8
    assert not reading.scanned & BIG
    assert reading.total <= 8 * 16, reading
    reading = read(connection, lambda: store.complete(taken[0].message, Sent(1), wait=WAIT))
    assert not reading.scanned & BIG
    assert reading.total <= 12, reading
    reading = read(
        connection, lambda: store.claim(OPERATOR, limit=1, lease=LEASE, max_age=MAX_AGE, pace=UNHURRIED, user_id=119)
    )
    assert not reading.scanned & BIG
    assert reading.total <= 16, reading


def test_a_search_reads_what_it_finds(store: PostgresRepository, connection: psycopg.Connection) -> None:
    """The newest thousand chats; then by trigrams where the server has them, else the table of users as a whole."""

    def rare() -> object:
        return store.search_chats(OPERATOR, status=None, search="name5432", limit=51, cursor=None)

    newest = 4 * 1000  # open and closed ones, their users
    reading = read(connection, rare)
    assert not reading.scanned & {"user_data", "chat_messages"}
    row = connection.execute("SELECT to_regclass('opchat.users_search') IS NOT NULL").fetchone()
    assert row is not None
    if row[0]:
        assert "users" not in reading.scanned
        assert reading.total <= newest + 200, reading
    else:
        assert reading.total <= newest + USERS + 600, reading


def test_words_that_everybody_has_are_found_among_the_newest(
    store: PostgresRepository, connection: psycopg.Connection
) -> None:
    """Without trigrams as well, and without a look at the table of users as a whole."""

    def common() -> object:
        return store.search_chats(OPERATOR, status=None, search="name", limit=51, cursor=None)

    reading = read(connection, common)
    assert not reading.scanned & BIG
    assert reading.total <= 4 * 1000 + 400, reading


def test_the_plan_of_a_page_is_an_index_in_its_order(connection: psycopg.Connection) -> None:
    """Nothing is sorted but the two short results that are merged."""
    from opchat_core.postgres.queries import query

    parameters = {
        "bot_type": OPERATOR,
        "open": True,
        "closed": False,
        "before_at": "infinity",
        "before_id": 2**62,
        "limit": 51,
    }
    lines = [row[0] for row in connection.execute(b"EXPLAIN (COSTS OFF) " + query("list_chats"), parameters)]
    plan = "\n".join(lines)
    assert "Index Scan using user_data_list" in plan
    assert "Seq Scan" not in plan
