"""Forgetting a user while they write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from opchat_core import IncomingMessage, ReopenRule
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool

if TYPE_CHECKING:
    from opchat_core.model import Received


def test_nothing_written_while_the_user_is_forgotten_is_hidden(clean_database: str) -> None:
    """Whoever comes second, message or erasure, finds a whole state: no chat ever stands without its user."""
    pool = open_pool(clean_database, size=8)
    try:
        store = PostgresRepository(Database(lend(pool)))

        def write(number: int) -> Received:
            message = IncomingMessage(user_id=42, text=str(number), bot_type=f"bot{number % 2}", first_name="Anna")
            return store.receive(message, verified=True, operator=None, reopen=ReopenRule())

        def forget(number: int) -> int:
            return store.forget_chat(42, f"bot{number % 2}")

        forgotten = 0
        for _ in range(40):
            with ThreadPoolExecutor(8) as threads:
                writes = [threads.submit(write, number) for number in range(4)]
                erasures = [threads.submit(forget, number) for number in range(4)]
                assert all(not one.result().duplicate for one in writes)
                forgotten += sum(one.result() for one in erasures)
            for bot_type in store.list_bot_types(42):
                assert store.find_chat(42, bot_type) is not None
        left = sum(len(store.list_messages(42, bot, before=None, limit=None)) for bot in ("bot0", "bot1"))
        assert forgotten + left == 160
        counts = [store.count_chats(bot) for bot in ("bot0", "bot1")]
        assert sum(count.open for count in counts) == len(store.list_bot_types(42))
    finally:
        pool.close()
