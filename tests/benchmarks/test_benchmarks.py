"""That the benchmarks measure what they say: the statement that opchat runs, on data as opchat would have made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from tests.benchmarks import pgbench
from tests.benchmarks.bench import Bench, one
from tests.benchmarks.measuring import Figure, Row, percentile, ratio, table, take_turns
from tests.support.stores import OPERATOR, postgres_store

from opchat_core.model import ChatStatus

if TYPE_CHECKING:
    from pathlib import Path


def test_figures_are_medians_taken_in_turn() -> None:
    """A B A B, without the first round, which only warms up."""
    calls: list[str] = []

    def contestant(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    found = take_turns({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, rounds=3)
    assert calls == ["a", "b"] * 4
    assert found["a"] == Figure(5, 3, 7)
    assert ratio(found["b"], found["a"]) == 6 / 5
    assert percentile(range(1, 101), 99) == 100
    assert "| 1 | it | 2 x | 1 x | **missed** |" in table([Row(1, "it", "2 x", "1 x", met=False)])


def test_the_limit_runs_our_statement(database_server: str, clean_database: str, tmp_path: Path) -> None:
    """Pgbench stores messages by just what the library sends, every parameter filled in."""
    assert "%(" not in pgbench.script(10)
    assert pgbench.rate(clean_database, tmp_path, clients=1, seconds=1, users=3) > 0
    with postgres_store(clean_database) as store:
        chat = store.find_chat(1, OPERATOR)
        assert chat is not None
        assert chat.last_message is not None
        assert chat.user.first_name == "Anna"


def test_data_made_at_once_are_as_if_they_had_come_one_by_one(database_server: str, tmp_path: Path) -> None:
    """Counters, summaries and numbers agree with the messages, and the indexes are all there again."""
    with Bench(database_server, tmp_path, quick=True) as bench:
        url = bench.data(40)
        with postgres_store(url) as store, psycopg.connect(url) as connection:
            counts = store.count_chats(OPERATOR)
            chats = store.list_chats(OPERATOR, status=None, limit=100, cursor=None)
            assert (counts.open, counts.closed) == (10, 30)
            assert sum(chat.status is ChatStatus.OPEN for chat in chats) == 10
            for chat in chats[:5]:
                messages = store.list_messages(chat.user.user_id, OPERATOR, before=None, limit=None)
                assert [message.seq for message in messages] == list(range(1, 51))
                assert chat.last_message == messages[-1]
                assert chat.last_message_at == max(message.created_at for message in messages)
                assert chat.revision == 50
            before = one(connection, b"SELECT count(*) FROM pg_indexes WHERE schemaname = 'opchat'")
            assert before >= 10
