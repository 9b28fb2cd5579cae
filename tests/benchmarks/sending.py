"""Row 11: how fast queued answers leave."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.measuring import Figure, Row, ratio
from tests.support.stores import answer, postgres_store, receive

from opchat_core.postgres import migrate
from opchat_core.postgres.scratch import scratch_database
from opchat_core.testing.simulator import Simulator

if TYPE_CHECKING:
    from tests.benchmarks.bench import Bench

PEOPLE = 100


def rows(bench: Bench) -> list[Row]:
    """Measure them."""
    count = 1000 if bench.quick else 10_000
    figures: dict[str, Figure] = {}
    with Simulator(port=0) as simulator:
        people = [simulator.user(first_name=f"User {number}").id for number in range(PEOPLE)]
        for user_id in people:
            simulator.send_text(user_id, "hello")
        bare = bench.python("deliver", "-", simulator.url, simulator.token, count, people[0])
        figures["httpx alone"] = Figure.of([count / float(bare)])
        doubled = 0
        for workers in (1, 4):
            with scratch_database(bench.server_url) as url:
                migrate(url)
                with postgres_store(url) as store:
                    for user_id in people:
                        receive(store, user_id)
                    for number in range(count):
                        answer(store, people[number % PEOPLE], f"{workers} {number}")
                with ThreadPoolExecutor(workers) as pool:
                    taken = pool.map(
                        lambda _, url=url: bench.python("deliver", url, simulator.url, simulator.token), range(workers)
                    )
                    figures[f"{workers} workers"] = Figure.of([count / max(map(float, taken))])
        for user_id in people:
            texts = Counter(message.text for message in simulator.messages(user_id) if message.text)
            doubled += sum(times > 1 for text, times in texts.items() if text[:2] in {"1 ", "4 "})
    share = ratio(figures["1 workers"], figures["httpx alone"])
    faster = ratio(figures["4 workers"], figures["1 workers"])
    return [
        Row(
            11,
            f"delivery of {count:,} queued answers by one worker, to bare httpx",
            "0.5 x",
            f"{share:.2f} x",
            share >= 0.5,
            figures,
        ),
        Row(
            11,
            "the same by four, to one; sent twice",
            "faster; none",
            f"{faster:.2f} x; {doubled or 'none'}",
            faster > 1 and not doubled,
        ),
    ]
