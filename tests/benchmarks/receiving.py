"""Rows 1, 2 and 10: how many messages a second are taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from tests.benchmarks import pgbench
from tests.benchmarks.bench import PROOF
from tests.benchmarks.load import Load, post
from tests.benchmarks.measuring import Figure, Row, ratio, take_turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.bench import Bench


def rows(bench: Bench) -> list[Row]:
    """Measure them."""
    url = bench.data(1000, "receiving")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE opchat.user_data SET operator_chat_status = 'open', closed_at = NULL")
    return [*_over_http(bench, url), *_by_library(bench, url)]


def _over_http(bench: Bench, url: str) -> list[Row]:
    port, _ = bench.serve(url)
    node = bench.node(url)
    flask = bench.flask(url)
    loads: dict[str, list[Load]] = {}

    def posting(name: str, to: int, *, connections: int = 64, browser: bool = False) -> Callable[[], float]:
        def measure() -> float:
            load = post(
                to, seconds=bench.seconds, connections=connections, token="" if to != port else PROOF, browser=browser
            )
            assert not load.failed, f"{name}: {load.failed} failed"
            loads.setdefault(name, []).append(load)
            return load.rate

        return measure

    contestants = {
        "pgbench, 16 clients": lambda: pgbench.rate(url, bench.directory, clients=16, seconds=bench.seconds),
        "opchat serve": posting("opchat serve", port),
        "opchat serve, the long way through Flask": posting("long way", port, browser=True),
        "the reference's statements in Flask": posting("flask", flask),
        "opchat serve, one connection": posting("alone", port, connections=1),
    }
    if node is not None:
        contestants["the reference in Node"] = posting("node", node)
    figures = take_turns(contestants, bench.rounds)
    limit, reference = figures["pgbench, 16 clients"], figures.get("the reference in Node")
    ours, long = figures["opchat serve"], figures["opchat serve, the long way through Flask"]
    late = Figure.of([load.p99 for load in loads["opchat serve"][1:]])
    alone = Figure.of([load.p50 for load in loads["alone"][1:]])
    to_node = f"{ratio(ours, reference):.2f} x Node" if reference else "no Node here"
    to_node_long = f"{ratio(long, reference):.2f} x Node" if reference else "no Node here"
    return [
        Row(
            1,
            "`POST /api/chat-message`, each answer after its commit, 64 connections",
            "2.5 x Node, 0.75 x pgbench",
            f"{ours.median:,.0f}/s: {to_node}, {ratio(ours, limit):.2f} x pgbench",
            ratio(ours, limit) >= 0.75 and (reference is None or ratio(ours, reference) >= 2.5),
            figures,
        ),
        Row(
            1,
            "the same, the long way through Flask",
            "1.2 x Node, 0.33 x pgbench",
            f"{long.median:,.0f}/s: {to_node_long}, {ratio(long, limit):.2f} x pgbench",
            ratio(long, limit) >= 0.33 and (reference is None or ratio(long, reference) >= 1.2),
        ),
        Row(
            1,
            "p99 of the first, over one request's time",
            "10 ms",
            f"{late.median - alone.median:.1f} ms",
            late.median - alone.median <= 10,
            {"p99, 64 connections, ms": late, "p50, one connection, ms": alone},
        ),
    ]


def _by_library(bench: Bench, url: str) -> list[Row]:
    def limit(clients: int) -> Callable[[], float]:
        return lambda: pgbench.rate(url, bench.directory, clients=clients, seconds=bench.seconds)

    def ours(threads: int, hints: str) -> Callable[[], float]:
        return lambda: float(bench.python("library", url, threads, bench.seconds, hints))

    figures = take_turns(
        {
            "pgbench, 8": limit(8),
            "library, 8": ours(8, "hints"),
            "library, 8, silent": ours(8, "silent"),
            "pgbench, 16": limit(16),
            "library, 64": ours(64, "hints"),
        },
        bench.rounds,
    )
    few, many = (
        ratio(figures["library, 8"], figures["pgbench, 8"]),
        ratio(figures["library, 64"], figures["pgbench, 16"]),
    )
    loss = 1 - ratio(figures["library, 8"], figures["library, 8, silent"])
    return [
        Row(2, "`receive` in the library, 8 threads", "0.55 x pgbench at 8", f"{few:.2f} x", few >= 0.55, figures),
        Row(2, "the same, 64 threads", "1.2 x pgbench at 16", f"{many:.2f} x", many >= 1.2),
        Row(10, "what telling of changes costs 8 writers", "10 % of the rate", f"{loss:.0%}", loss <= 0.10),
    ]
