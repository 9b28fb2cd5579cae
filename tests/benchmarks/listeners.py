"""A program that holds event streams and a bare ``LISTEN``, and prints by how much events come later than the latter.

Its arguments: the server's port, an operator's token, the database, how many streams, how many messages of its own a
second, for how many seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
from contextlib import suppress
from time import perf_counter

import psycopg
from tests.benchmarks.bench import PROOF
from tests.benchmarks.measuring import percentile

FIRST, LAST = 901, 1000
"""The users whose messages are timed; others may write as well."""

_EVENT = re.compile(rb'"userId":(\d+),"botType":"operator","revision":(\d+)')

Seen = dict[tuple[int, int], float]


class Stream(asyncio.Protocol):
    """One event stream: when it told of which change."""

    def __init__(self, token: str) -> None:
        self.seen: Seen = {}
        self.open = asyncio.Event()
        self._token = token

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        head = f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        self.open.set()
        now = perf_counter()
        for user, revision in _EVENT.findall(data):
            if FIRST <= int(user) <= LAST:
                self.seen.setdefault((int(user), int(revision)), now)


async def listen(port: int, token: str, url: str, *, streams: int, rate: float, seconds: float) -> list[float]:
    """Milliseconds by which each stream told of each change later than the database did."""
    loop = asyncio.get_running_loop()
    told: Seen = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("LISTEN opchat")

        def hear() -> None:
            connection.pgconn.consume_input()
            now = perf_counter()
            while notification := connection.pgconn.notifies():
                for user, bot, revision in json.loads(notification.extra):
                    if bot == "operator" and FIRST <= user <= LAST:
                        told[user, revision] = now

        opened = [(await loop.create_connection(lambda: Stream(token), "127.0.0.1", port))[1] for _ in range(streams)]
        for stream in opened:
            await stream.open.wait()
        loop.add_reader(connection.fileno(), hear)
        await _write(port, rate, seconds)
        await asyncio.sleep(0.5)
        loop.remove_reader(connection.fileno())
    return [(at - told[change]) * 1000 for stream in opened for change, at in stream.seen.items() if change in told]


async def _write(port: int, rate: float, seconds: float) -> None:
    """Post messages at a steady pace."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(int(rate * seconds)):
        due = asyncio.create_task(asyncio.sleep(1 / rate))
        body = json.dumps({"userId": FIRST + number % (LAST - FIRST + 1), "messageText": "timed"}).encode()
        writer.write(
            f"POST /api/chat-message HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {PROOF}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        with suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            await reader.readexactly(int(length[1]) if length else 0)
        await due
    writer.close()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    port, token, url, streams, rate, seconds = sys.argv[1:]
    late = asyncio.run(listen(int(port), token, url, streams=int(streams), rate=float(rate), seconds=float(seconds)))
    sys.stdout.write(json.dumps({"p50": percentile(late, 50), "p99": percentile(late, 99), "events": len(late)}))
