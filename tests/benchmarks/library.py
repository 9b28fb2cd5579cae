"""A program that receives by the library, from threads, and prints how many messages a second.

Its arguments are the database, how many threads, for how many seconds, and ``hints`` if it announces what changed.
"""

# ruff: noqa: S311 - whose message it is need be no secret

from __future__ import annotations

import random
import sys
from threading import Thread
from time import perf_counter

from tests.benchmarks.load import TEXT

from opchat_core.model import IncomingMessage, ReopenRule
from opchat_core.postgres import Database, Notifier, PostgresRepository, lend, open_pool

USERS = 1000


def main(url: str, threads: int, seconds: float, *, hints: bool) -> float:
    """Receive, with or without announcing what changed."""
    counts = [0] * threads
    with open_pool(url) as pool:
        database = Database(lend(pool))
        notifier = Notifier(database)
        store = PostgresRepository(database, changed=notifier.changed) if hints else PostgresRepository(database)
        end = perf_counter() + seconds

        def receive(thread: int) -> None:
            while perf_counter() < end:
                message = IncomingMessage(
                    user_id=random.randint(1, USERS),
                    text=TEXT,
                    telegram_message_id=random.getrandbits(50) + 1,
                    first_name="Anna",
                    username="anna",
                )
                store.receive(message, verified=True, operator=None, reopen=ReopenRule())
                counts[thread] += 1

        workers = [Thread(target=receive, args=(number,)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        notifier.close()
    return sum(counts) / seconds


if __name__ == "__main__":
    url, threads, seconds, hints = sys.argv[1:]
    sys.stdout.write(str(main(url, int(threads), float(seconds), hints=hints == "hints")))
