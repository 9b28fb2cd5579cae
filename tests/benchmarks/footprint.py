"""Rows 12 to 14: what opchat takes of a machine: memory, time to start, room on the disk."""

from __future__ import annotations

import http.client
import shutil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg
from tests.benchmarks.bench import HEAVY, PROOF, one
from tests.benchmarks.load import post
from tests.benchmarks.measuring import Figure, Row, ratio, take_turns
from tests.benchmarks.streams import memory
from tests.support.ports import free_port

from opchat_core import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.bench import Bench

MIB = 1024


def rows(bench: Bench) -> list[Row]:
    """Measure them."""
    return [*_memory(bench), *_start(bench), _storage(bench)]


def _memory(bench: Bench) -> list[Row]:
    url = bench.data(bench.many)
    port, running = bench.serve(url)
    with connect(url) as chat:
        chat.operators.add("reader")
        token = chat.operators.issue_token("reader").secret
    begin = bench.seconds * 4
    post(port, seconds=begin, users=1000, token=PROOF)
    before = memory(running.pid)
    post(port, seconds=2 * begin, users=1000, token=PROOF)
    growth = (memory(running.pid) - before) / MIB
    before = memory(running.pid)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/api/users/{HEAVY}/operator-chat", headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    size, most = 0, before
    while piece := answer.read(1024 * MIB):
        size += len(piece)
        most = max(most, memory(running.pid))
    peak = (most - before) / MIB
    return [
        Row(12, "memory of `serve` after three times as much load", "flat", f"{growth:+.1f} MiB", growth < 8),
        Row(
            12,
            f"memory for a chat of 200,000 messages read in full ({size / MIB**2:.0f} MiB)",
            "streamed",
            f"{peak:.0f} MiB",
            peak < 32,
        ),
    ]


def _start(bench: Bench) -> list[Row]:
    def importing(statement: str) -> Callable[[], float]:
        def measure() -> float:
            begin = perf_counter()
            running = bench.processes.python("-c", statement)
            assert running.wait() == 0
            return (perf_counter() - begin) * 1000

        return measure

    figures = take_turns(
        {
            "python -c pass": importing("pass"),
            "import psycopg, httpx": importing("import psycopg, httpx"),
            "import opchat_core": importing("import opchat_core"),
        },
        3 * bench.rounds,
    )
    bare = figures["python -c pass"].median
    growth = (figures["import opchat_core"].median - bare) / (figures["import psycopg, httpx"].median - bare)
    data = bench.directory / "embedded"

    def serve() -> float:
        port = free_port()
        environment = {
            "OPCHAT_DATA_DIR": str(data),
            "OPERATOR_BOT_TOKEN": "1:x",
            "TELEGRAM_API_URL": "http://127.0.0.1:9",
        }
        begin = perf_counter()
        running = bench.processes.opchat("serve", f"--port={port}", environment=environment)
        running.wait_for_url(f"http://127.0.0.1:{port}/readyz")
        taken = perf_counter() - begin
        running.terminate()
        return taken

    started = take_turns({"opchat serve": serve}, bench.rounds)["opchat serve"]
    shutil.rmtree(data, ignore_errors=True)
    return [
        Row(13, "importing `opchat_core`, to psycopg and httpx", "3 x", f"{growth:.2f} x", growth <= 3, figures),
        Row(
            13,
            "`opchat serve` on a warm embedded database, to its first answer",
            f"1.5 s (`python -c pass` takes {bare / 1000:.2f} s here)",
            f"{started.median:.2f} s",
            started.median <= 1.5,
            {"seconds": started},
        ),
    ]


def _storage(bench: Bench) -> Row:
    """Against a table of what the contract names and the keys by which it is asked, filled by the same messages."""
    with psycopg.connect(bench.data(1000), autocommit=True) as connection:
        connection.execute((Path(__file__).parent / "least.sql").read_bytes())
        ours = float(one(connection, b"SELECT pg_total_relation_size('least.opchat')"))
        least = float(one(connection, b"SELECT pg_total_relation_size('least.messages')"))
        count = float(one(connection, b"SELECT count(*) FROM least.messages"))
        connection.execute("DROP SCHEMA least CASCADE")
    figures = {"bytes a message": Figure.of([ours / count]), "the least": Figure.of([least / count])}
    growth = ratio(figures["bytes a message"], figures["the least"])
    what = f"bytes a message with its indexes ({ours / count:.0f}), to the least"
    return Row(14, what, "1.3 x", f"{growth:.2f} x", growth <= 1.3, figures)
