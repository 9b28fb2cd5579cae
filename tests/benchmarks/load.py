"""A client that posts as fast as answers come, on many connections; a program of its own, started by :func:`post`.

Bare sockets and one selector: a client library would take as much of the machine as what it measures.
"""

# ruff: noqa: S311 - whose message it is need be no secret

from __future__ import annotations

import json
import random
import selectors
import socket
import subprocess
import sys
from time import perf_counter

from attrs import asdict, frozen

TEXT = "Where is my order? It was promised for Monday, and I wait for it since then."
"""What everybody writes, be it through a contestant or by pgbench."""


@frozen
class Load:
    """What came of posting.

    Attributes:
        rate: Answers a second.
        p50: Milliseconds until half of them were there.
        p99: Until all but a hundredth were.
        failed: Answers that were no success.
    """

    rate: float
    p50: float
    p99: float
    failed: int


def post(
    port: int, *, seconds: float, connections: int = 64, users: int = 1000, token: str = "", browser: bool = False
) -> Load:
    """Post messages of users to ``/api/chat-message`` of this machine, from a process of its own.

    Args:
        port: Where to.
        seconds: For how long.
        connections: How many at once.
        users: Whose messages, from 1 on.
        token: What proves them.
        browser: Say that a page of another origin sends them, which opchat does not take the short way.
    """
    more = (f"Authorization: Bearer {token}",) * bool(token) + ("Origin: https://shop.example",) * browser
    arguments = [str(value) for value in (port, seconds, connections, users)] + list(more)
    done = subprocess.run([sys.executable, "-m", __name__, *arguments], check=True, capture_output=True, text=True)
    return Load(**json.loads(done.stdout))


def _template(headers: list[str]) -> bytes:
    """A request that lacks its user and its number; of one length, whatever they are, for JSON may have spaces."""
    body = (
        f'{{"userId":%-10d,"telegramMessageId":%-16d,"messageText":{json.dumps(TEXT)},'
        '"firstName":"Anna","username":"anna"}'
    )
    more = "".join(f"{header}\r\n" for header in headers)
    head = (
        "POST /api/chat-message HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{more}Content-Length: {len(body % (1, 1))}\r\n\r\n"
    )
    return (head + body).encode()


def _whole(answer: bytes) -> bool:
    """Whether an answer is there with all of its body."""
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        return body.endswith(b"0\r\n\r\n")
    start = lower.index(b"content-length:") + 15
    return len(body) >= int(lower[start:].split(b"\r\n", 1)[0])


def _run(port: int, seconds: float, connections: int, users: int, headers: list[str]) -> Load:
    selector = selectors.DefaultSelector()
    sent: dict[socket.socket, float] = {}
    received: dict[socket.socket, bytes] = {}
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        received[connection] = b""
    template = _template(headers)
    took: list[float] = []
    failed = 0

    def send(connection: socket.socket) -> None:
        connection.sendall(template % (random.randint(1, users), random.getrandbits(50) + 1))
        sent[connection] = perf_counter()

    begin = perf_counter()
    for connection in received:
        send(connection)
    while perf_counter() < begin + seconds:
        for key, _ in selector.select(0.1):
            connection = key.fileobj  # type: ignore[assignment] # only sockets are registered
            received[connection] += connection.recv(65536)
            if not _whole(received[connection]):
                continue
            took.append(perf_counter() - sent[connection])
            failed += not received[connection].startswith(b"HTTP/1.1 20")
            received[connection] = b""
            send(connection)
    took.sort()
    rate = len(took) / (perf_counter() - begin)
    return Load(rate, took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000, failed)


if __name__ == "__main__":
    port, seconds, connections, users, *headers = sys.argv[1:]
    found = _run(int(port), float(seconds), int(connections), int(users), headers)
    sys.stdout.write(json.dumps(asdict(found)))
