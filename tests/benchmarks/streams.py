"""Rows 8 and 9: how soon screens hear, and what it costs to keep them."""

from __future__ import annotations

import http.client
import json
import resource
import socket
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from tests.benchmarks.bench import PROOF
from tests.benchmarks.load import post
from tests.benchmarks.measuring import Figure, Row, milliseconds, percentile

from opchat_core import connect

if TYPE_CHECKING:
    from tests.benchmarks.bench import Bench

IDLE = 2000


def rows(bench: Bench) -> list[Row]:
    """Measure them."""
    url = bench.data(1000, "receiving")
    port, running = bench.serve(url)
    with connect(url) as chat:
        chat.operators.add("listener")
        token = chat.operators.issue_token("listener").secret
    seconds = 3 * bench.seconds

    def listen(streams: int, rate: int) -> dict[str, float]:
        found: dict[str, float] = json.loads(bench.python("listeners", port, token, url, streams, rate, seconds))
        assert found["events"] > 0.9 * streams * int(rate * seconds), "events were lost"
        return found

    def flood() -> None:
        post(port, seconds=seconds + 3, connections=4, users=900, token=PROOF)

    flooding = Thread(target=flood)
    flooding.start()
    hundred = listen(100, 50)
    flooding.join()
    thousand = listen(1000, 10)
    return [
        Row(
            8,
            "events at 100 clients, 50/s, later than a bare `LISTEN`, while 4 connections post at full speed: p99",
            "6 ms",
            f"{hundred['p99']:.1f} ms",
            hundred["p99"] <= 6,
            {"p50": Figure.of([hundred["p50"]])},
        ),
        Row(
            8,
            "the same with 1,000 clients, at 10/s",
            "25 ms",
            f"{thousand['p99']:.1f} ms",
            thousand["p99"] <= 25,
            {"p50": Figure.of([thousand["p50"]])},
        ),
        *_idle(port, running.pid, token),
    ]


def _idle(port: int, pid: int, token: str) -> list[Row]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    head = f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    asked = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        asked.request("GET", "/api/operator-chats?limit=10", headers={"Authorization": f"Bearer {token}"})
        asked.getresponse().read()

    with ExitStack() as opened:

        def open_stream() -> None:
            stream = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            stream.sendall(head)
            assert b"200 OK" in stream.recv(4096)

        for _ in range(50):
            open_stream()
        before = memory(pid)
        alone = milliseconds(ask, seconds=2, most=2000)
        for _ in range(IDLE):
            open_stream()
        each = (memory(pid) - before) / IDLE
        crowded = milliseconds(ask, seconds=2, most=2000)
    slower = percentile(crowded, 99) / percentile(alone, 99)
    return [
        Row(9, f"{IDLE:,} idle streams in one `serve`, memory of each", "20 KiB", f"{each:.1f} KiB", each <= 20),
        Row(
            9,
            "another request's p99 beside them, against none",
            "2 x",
            f"{slower:.2f} x",
            slower <= 2,
            {"alone, ms": Figure.of(alone), "beside them, ms": Figure.of(crowded)},
        ),
    ]


def memory(pid: int) -> float:
    """What a program and those that it started hold by themselves, in KiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own = next(float(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(memory(int(child)) for child in children)
