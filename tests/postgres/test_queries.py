"""The SQL files, and how often a method asks the server."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import ALWAYS, LEASE, MAX_AGE, OPERATOR, UNHURRIED, WAIT, answer, receive

import opchat_core.postgres
from opchat_core.errors import InvalidInput
from opchat_core.model import Answer, ChatStatus, IncomingMessage, MessageKey, Sent
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool
from opchat_core.postgres.queries import query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

SOURCES = Path(opchat_core.postgres.__file__).parent


def loaded_names() -> list[str]:
    """Every name that a module of the package loads."""
    texts = [path.read_text() for path in SOURCES.glob("*.py")]
    return [name for text in texts for name in re.findall(r'\bquery\("(\w+)"\)', text)]


def test_every_file_is_used_and_every_name_exists() -> None:
    """A query nobody runs is a lie, and a name without a file an error waiting for its caller."""
    names = {file.name.removesuffix(".sql") for file in (files("opchat_core.postgres") / "sql").iterdir()}
    assert set(loaded_names()) == names
    assert all(query(name).strip() for name in names)


@pytest.mark.parametrize("name", sorted(set(loaded_names())))
def test_every_table_and_function_is_named_with_its_schema(name: str) -> None:
    """Nothing depends on a search path, which a pooler may hand from one client to another."""
    text = re.sub(r"--.*", "", query(name).decode())
    tables = re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?!\(|LATERAL\b|SET\b)([a-z_.]+)", text)
    named_here = set(re.findall(r"(?:\bWITH|,)\s+([a-z_]+) AS (?:MATERIALIZED )?\(", text))
    schema = "public." if name.startswith("legacy_") else "opchat."  # the tables of an older installation
    assert all(table.startswith(schema) or table in named_here for table in tables), tables


class Trace:
    """Round trips of one connection, as libpq saw them."""

    def __init__(self, pool_size_one: PostgresRepository, connection: psycopg.Connection, path: Path) -> None:
        self.store = pool_size_one
        self._connection = connection
        self._path = path

    def round_trips(self, call: Callable[[], object]) -> int:
        """Do something; how often the server was asked: one Sync (or simple Query) a time."""
        with self._path.open("wb") as file:
            self._connection.pgconn.trace(file.fileno())
            try:
                call()
            finally:
                self._connection.pgconn.untrace()
        return len(re.findall(r"\tF\t\d+\t(?:Sync|Query)\b", self._path.read_text()))


@pytest.fixture
def trace(clean_database: str, tmp_path: Path) -> Iterator[Trace]:
    """A store whose only connection is traced."""
    with open_pool(clean_database, size=1) as pool:
        store = PostgresRepository(Database(lend(pool)))
        with pool.connection() as connection:
            pass
        yield Trace(store, connection, tmp_path / "trace")


def test_receiving_is_one_round_trip_and_one_commit(trace: Trace) -> None:
    """For a new user, a known one, a repetition and an edit; the pool's check of the connection included."""
    store = trace.store
    messages = {
        "new": IncomingMessage(user_id=42, text="x", telegram_message_id=1, first_name="Anna"),
        "known": IncomingMessage(user_id=42, text="x", telegram_message_id=2, first_name="Maria"),
        "repeated": IncomingMessage(user_id=42, text="x", telegram_message_id=2),
        "edited": IncomingMessage(user_id=42, text="y", telegram_message_id=2, edited=True),
    }
    counted = {
        name: trace.round_trips(lambda m=message: store.receive(m, verified=True, operator=None, reopen=ALWAYS))  # type: ignore[misc] # a default that binds the loop's value
        for name, message in messages.items()
    }
    assert counted == dict.fromkeys(messages, 1)


def test_every_other_hot_method_is_one_round_trip_too(trace: Trace) -> None:
    """Reading, listing, answering, claiming and completing ask once; changing a chat asks a second time to show it."""
    store = trace.store
    receive(store)
    key = MessageKey(42, OPERATOR, 1)
    once: dict[str, Callable[[], object]] = {
        "find_chat": lambda: store.find_chat(42, OPERATOR),
        "find_message": lambda: store.find_message(key),
        "fingerprint_chats": lambda: store.fingerprint_chats(OPERATOR, status=None, limit=51, cursor=None),
        "list_chats": lambda: store.list_chats(OPERATOR, status=None, limit=50, cursor=None),
        "count_chats": lambda: store.count_chats(OPERATOR),
        "list_messages": lambda: store.list_messages(42, OPERATOR, before=None, limit=50),
        "list_changes": lambda: store.list_changes(42, OPERATOR, after=0),
        "queue_answer": lambda: answer(store, text="x" * 9000),
        "claim": lambda: store.claim(OPERATOR, limit=8, lease=LEASE, max_age=MAX_AGE, pace=UNHURRIED),
        "next_due": lambda: store.next_due(OPERATOR),
    }
    assert {name: trace.round_trips(call) for name, call in once.items()} == dict.fromkeys(once, 1)
    # A search has a time limit of its own, which takes a transaction.
    assert trace.round_trips(lambda: store.search_chats(OPERATOR, status=None, search="a", limit=50, cursor=None)) == 4
    held = store.find_message(MessageKey(42, OPERATOR, 2))
    assert held is not None
    assert trace.round_trips(lambda: store.complete(held, Sent(1), wait=WAIT)) == 1
    assert trace.round_trips(lambda: store.set_status(42, OPERATOR, ChatStatus.CLOSED)) == 2
    assert trace.round_trips(lambda: store.mark_read(42, OPERATOR, 1)) == 2


def test_a_broken_value_never_reaches_the_server(trace: Trace) -> None:
    """NUL characters and lone surrogates are found out before a statement is made."""

    def try_to_store(text: str) -> None:
        for build in (
            lambda: receive(trace.store, text=text),
            lambda: receive(trace.store, first_name=text),
            lambda: receive(trace.store, payload={text: 1}),
            lambda: receive(trace.store, payload={"a": [text]}),
            lambda: receive(trace.store, entities=({"type": text},)),
            lambda: receive(trace.store, media={"fileId": text}),
            lambda: receive(trace.store, media_group_id=text),
            lambda: trace.store.queue_answer(42, OPERATOR, Answer(text=text), operator=None),
            lambda: trace.store.queue_answer(42, OPERATOR, Answer(text="x", client_message_id=text), operator=None),
        ):
            with pytest.raises(InvalidInput):
                build()

    for text in ("a\x00b", "a\ud800b", "\udc00"):
        assert trace.round_trips(lambda t=text: try_to_store(t)) == 0  # type: ignore[misc] # as above
