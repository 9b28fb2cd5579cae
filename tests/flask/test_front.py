"""What stands before the app in our own server: the short way of the bot, streams without threads, long bodies."""

from __future__ import annotations

import asyncio
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field, frozen
from flask import Flask
from flask import request as flask_request
from tests.flask.conftest import INGEST_TOKEN, bearer
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import Config, OperatorChat
from opchat_core.errors import Unavailable
from opchat_core.hooks import Hook
from opchat_core.ports import Change
from opchat_core.testing import in_memory_chat
from opchat_flask import create_app, events
from opchat_flask.front import bridge, broadcast
from opchat_flask.front.bridge import Answer, Body, Bridge, read_body
from opchat_flask.front.broadcast import Broadcast
from opchat_flask.front.express import Express
from opchat_flask.front.rsgi import Closed
from opchat_flask.mount import mount_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from tests.flask.conftest import Client
    from tests.support.processes import Processes

    from opchat_core.model import IncomingMessage

SERVE = "import sys; from opchat_flask.serving import serve; serve(port=int(sys.argv[1]))"
PROOF = bearer(INGEST_TOKEN)
PHOTO = {"messageType": "photo", "media": {"fileId": "f", "width": 3}, "messageText": "look"}
CASES: dict[str, dict[str, Any]] = {
    "a message": {"json": {"messageText": "hi"}},
    "with names": {"json": {"messageText": "hi", "firstName": "Анна", "username": "anna", "languageCode": "ru"}},
    "with a number": {"json": {"messageText": "hi", "telegramMessageId": 7}},
    "again": {"json": {"messageText": "hi", "telegramMessageId": 7}},
    "edited": {"json": {"messageText": "ho", "telegramMessageId": 7, "edited": True}},
    "a photo": {"json": PHOTO},
    "an answer sent elsewhere": {"json": {"messageText": "hi", "direction": "out", "telegramMessageId": 8}},
    "from the future": {"json": {"messageText": "hi", "createdAt": "2100-01-01T00:00:00Z"}},
    "blank": {"json": {"messageText": " "}},
    "two mistakes": {"json": {"messageType": "poem", "telegramMessageId": -1}},
    "no JSON": {"content": b'{"userId": 1', "headers": {"Content-Type": "application/json"}},
    "no object": {"content": b"[1]", "headers": {"Content-Type": "application/json"}},
    "no media type": {"content": b"{}"},
    "too long": {"content": b" " * (256 * 1024 + 1), "headers": {"Content-Type": "application/json"}},
    "by a browser": {"json": {"messageText": "hi"}, "headers": {"Origin": "https://shop.example"}},
    "over HTTPS": {"json": {"messageText": "hi"}, "headers": {"X-Forwarded-Proto": "https"}},
}


def comparable(answer: Any) -> tuple[int, dict[str, str], Any]:
    """An answer without what differs between two of the same kind: who, when, and who serves it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name in ("date", "server", "content-length", "connection", "vary"):
        headers.pop(name, None)
    body = answer.json() if callable(answer.json) else answer.json
    for name in ("userId", "createdAt", "editedAt", "editableUntil"):
        body.get("message", {}).pop(name, None)
    return answer.status_code, headers, body


def test_the_short_way_answers_as_the_long_way(processes: Processes, clean_database: str, client: Client) -> None:
    """The bot cannot tell which way its message took: statuses, headers and bodies are the same."""
    port = free_port()
    running = processes.python(
        "-c", SERVE, str(port), environment={"DATABASE_URL": clean_database, "OPCHAT_INGEST_TOKEN": INGEST_TOKEN}
    )
    url = f"http://127.0.0.1:{port}"
    running.wait_for_url(f"{url}/readyz")
    with httpx.Client() as bot:
        for _ in range(2):  # from the first the server learns how an answer looks
            bot.post(f"{url}/api/chat-message", json={"userId": 1, "messageText": "first"}, headers=PROOF)
            client.post("/api/chat-message", json={"userId": 2, "messageText": "first"}, headers=PROOF)
        for name, request in CASES.items():
            headers = {**PROOF, **request.get("headers", {})}
            short, long = dict(request, headers=headers), dict(request, headers=headers)
            if "json" in request:
                short["json"], long["json"] = {"userId": 1, **request["json"]}, {"userId": 2, **request["json"]}
            if "content" in request:
                long["data"] = long.pop("content")
            by_server = comparable(bot.post(f"{url}/api/chat-message", **short))
            assert by_server == comparable(client.post("/api/chat-message", **long)), name


def test_what_the_bot_reports_at_once_is_stored_once_each(
    processes: Processes, clean_database: str, chat: OperatorChat
) -> None:
    """Messages of many users, some new and each sent twice, on many connections: each is one row, in order."""
    port = free_port()
    running = processes.python(
        "-c", SERVE, str(port), environment={"DATABASE_URL": clean_database, "OPCHAT_INGEST_TOKEN": INGEST_TOKEN}
    )
    url = f"http://127.0.0.1:{port}"
    running.wait_for_url(f"{url}/readyz")

    def report(sender: int) -> list[int]:
        statuses = []
        with httpx.Client(headers=PROOF) as bot:
            for number in range(1, 11):
                message = {"userId": 1 + sender // 2, "messageText": f"{number}", "telegramMessageId": number}
                statuses.append(bot.post(f"{url}/api/chat-message", json=message).status_code)
        return statuses

    with ThreadPoolExecutor(16) as pool:
        statuses = [status for statuses in pool.map(report, range(16)) for status in statuses]
    assert (statuses.count(201), statuses.count(200)) == (80, 80)
    for user_id in range(1, 9):
        history = chat.history(user_id)
        assert [message.seq for message in history] == list(range(1, 11))
        assert sorted(message.telegram_message_id or 0 for message in history) == list(range(1, 11))


@pytest.mark.accident
@pytest.mark.parametrize("kind", ["an error", "too few", "one's own error"])
def test_a_mistake_on_the_short_way_is_a_problem_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """What nobody foresaw: the bot reads that it was not stored, the log says why, and no caller waits for ever."""

    def fail(_chat: OperatorChat, messages: Sequence[IncomingMessage]) -> tuple[Exception, ...]:
        if kind == "an error":
            raise LookupError("a detail")
        return () if kind == "too few" else tuple(LookupError("a detail") for _ in messages)

    monkeypatch.setattr(OperatorChat, "take_in_all", fail)
    config = Config(ingest_token=INGEST_TOKEN)
    express = Express(mount_of(create_app(in_memory_chat(config=config), config)))
    express.learn(Answer(201, [("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff")], b""))
    request = Request()

    async def run() -> None:
        async with asyncio.timeout(10):
            assert await express.answer(Body(b'{"userId": 1, "messageText": "hi"}', 34), request)

    asyncio.run(run())
    express.close()
    problem = json.loads(request.file)
    assert (request.status, problem["status"], problem["code"]) == (500, 500, "internal_error")
    assert request.answered["Content-Type"] == "application/problem+json"
    assert "a detail" not in request.file.decode()
    [record] = [record for record in caplog.records if record.message == "request.broken"]
    assert record.exc_info
    assert (record.__dict__["method"], record.__dict__["route"]) == ("POST", "/api/chat-message")


@frozen
class Sent:
    """What became of what was given to a stream; granian's need not be awaited."""

    gone: bool

    def __await__(self) -> Generator[None, None, None]:
        if self.gone:
            raise Closed
        yield from ()


@define
class Transport:
    """A stream's client."""

    got: bytes = b""
    gone: bool = False

    def send_bytes(self, data: bytes) -> Sent:
        self.got += data
        return Sent(self.gone)


@define
class Headers:
    """A request's headers."""

    pairs: list[tuple[str, str]]

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def get(self, key: str) -> str | None:
        return next((value for name, value in self.pairs if name == key), None)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


@define
class Request:
    """A request, and the connection that it came by, as granian shows them."""

    headers: Headers = field(factory=lambda: Headers([]))
    pieces: list[bytes] = field(factory=list)
    method: str = "POST"
    path: str = "/шторм/"
    query_string: str = "a=%20"
    http_version: str = "1.1"
    server: str = "[::1]:3001"
    client: str = "10.0.0.1:4711"
    scheme: str = "http"
    transport: Transport = field(factory=Transport)
    file: bytes = b""
    status: int = 0
    answered: dict[str, str] = field(factory=dict)

    async def __call__(self) -> bytes:
        return b"".join(self.pieces)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Transport:
        assert "Content-Length" not in dict(headers)
        return self.transport

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        self.file = Path(file).read_bytes()

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.answered, self.file = status, dict(headers), body

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        raise NotImplementedError


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the request: its path, the length of its body, a header; and the body."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    said = [environ["PATH_INFO"], environ.get("HTTP_COOKIE", ""), environ["REMOTE_ADDR"], environ["SERVER_NAME"]]
    yield " ".join([*said, str(len(body)), ""]).encode("latin-1")
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def through_the_bridge(request: Request, app: WSGIApplication = echo) -> bytes:
    """The answer of an app to a request."""

    async def run() -> None:
        body = await read_body(request, request)
        assert body is not None
        answer = await crossing.run(request, body, lambda: None)
        answer.write(request)

    crossing = Bridge(app, threads=2)
    try:
        asyncio.run(run())
    finally:
        crossing.close()
    return request.file


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("size", [0, 5, bridge.BEGINNING, bridge.BEGINNING + 1, 3 * bridge.IN_MEMORY])
def test_bodies_and_answers_of_any_length_are_whole(size: int, *, said: bool) -> None:
    """A long body is read in pieces as the app wants it, a long answer goes through a file; nothing is lost."""
    content = bytes(range(251)) * (size // 251 + 1)
    pieces = [content[:size][start : start + 65_000] for start in range(0, size, 65_000)]
    kind = ("content-length", str(size)) if said else ("transfer-encoding", "chunked")
    request = Request(Headers([kind, ("cookie", "a=1"), ("cookie", "b=2"), ("x_forwarded_for", "spoofed")]), pieces)
    head = f"{'/шторм/'.encode().decode('latin-1')} a=1; b=2 10.0.0.1 ::1 {size} ".encode("latin-1")
    assert through_the_bridge(request) == head + content[:size]


def test_half_a_body_is_no_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a client that goes away or dawdles, nothing reaches the app."""
    gone = Request(Headers([("content-length", "10")]), [b"12345"])
    assert asyncio.run(read_body(gone, gone)) is None
    monkeypatch.setattr(bridge, "PATIENCE", 0.01)

    class Slow(Request):
        async def __call__(self) -> bytes:
            await asyncio.sleep(60)
            return b""

    slow = Slow(Headers([("content-length", "10")]))
    assert asyncio.run(read_body(slow, slow)) is None


def test_a_large_answer_that_breaks_off_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away in the middle of a long history."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def broken(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        yield bytes(bridge.IN_MEMORY + 1)
        assert len(list(tmp_path.glob("*/*"))) == 1
        raise Unavailable("away")

    crossing = Bridge(broken, threads=1)
    request = Request()
    try:
        with pytest.raises(Unavailable):
            asyncio.run(crossing.run(request, Body(b"", 0), lambda: None))
        assert list(tmp_path.glob("*/*")) == []
    finally:
        crossing.close()


def test_an_upload_that_stalls_gives_its_thread_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A telephone loses its network in the middle and never says so: nobody waits for the rest for ever."""
    monkeypatch.setattr(bridge, "PATIENCE", 0.1)

    class Stalled(Request):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield bytes(bridge.BEGINNING + 1)
            await asyncio.Event().wait()

    app = Flask(__name__)
    app.add_url_rule("/", methods=["POST"], view_func=lambda: dict(flask_request.form))
    form = ("content-type", "multipart/form-data; boundary=b")
    stalled = Stalled(Headers([("content-length", str(2 * bridge.BEGINNING)), form]), path="/")
    assert b"408 Request Timeout" in through_the_bridge(stalled, app)


ANSWER = Answer(200, [("Content-Type", "text/event-stream"), ("Content-Length", "0")], b"")


async def settled(condition: Any) -> None:
    """Wait until something is true."""
    await asyncio.to_thread(eventually, condition)


def test_streams_are_told_kept_alive_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """All hear of a change; each ends with its caller's right, its client, when it was given enough, or at the stop."""
    monkeypatch.setattr(broadcast, "HEARTBEAT", 0.05)
    monkeypatch.setattr(broadcast, "TICK", 0.02)
    monkeypatch.setattr(broadcast, "GIVEN", 200)

    async def run() -> None:
        with in_memory_chat() as chat:
            counts: list[int] = []
            on_use: Hook[int] = Hook("on_streams")
            on_use(counts.append)
            hub = Broadcast(chat, asyncio.get_running_loop(), on_use=on_use)
            await asyncio.to_thread(hub.ready)
            allowed = {"a": True, "b": True, "c": True}
            requests = {name: Request() for name in allowed}
            for name, request in requests.items():
                hub.begin(request, ANSWER, partial(allowed.__getitem__, name))
            chat.receive(user_id=42, text="hi")
            told = events.event(Change(42, "operator", 1)).encode()
            await settled(lambda: all(told in request.transport.got for request in requests.values()))
            await settled(lambda: all(b": still here" in request.transport.got for request in requests.values()))
            allowed["a"] = False
            requests["b"].transport.gone = True
            await settled(lambda: hub.streams <= 1)
            await settled(lambda: len(requests["c"].transport.got) > 200 and hub.streams == 0)
            hub.begin(requests["a"], ANSWER, lambda: True)
            assert hub.streams == 1
            hub.stop()
            assert hub.streams == 0
            assert counts == [1, 2, 3, 2, 1, 0, 1, 0]
            with pytest.raises(Unavailable):
                hub.ready()
            await asyncio.to_thread(hub.close)

    asyncio.run(run())


@pytest.mark.accident
def test_signs_of_life_wait_for_no_answer_and_survive_any(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While one caller cannot be asked and another's question breaks, the rest hear that the server is there."""
    monkeypatch.setattr(broadcast, "HEARTBEAT", 0.02)
    monkeypatch.setattr(broadcast, "TICK", 0.01)

    def broken() -> bool:
        raise LookupError("a mistake of the host")

    async def run() -> None:
        with in_memory_chat() as chat:
            hub = Broadcast(chat, asyncio.get_running_loop())
            await asyncio.to_thread(hub.ready)
            slow, answered = Request(), Event()
            hub.begin(Request(), ANSWER, broken)
            await settled(lambda: hub.streams == 0)
            hub.begin(slow, ANSWER, lambda: answered.wait(10) and False)
            await settled(lambda: slow.transport.got.count(b": still here") > 3)
            assert hub.streams == 1
            answered.set()
            await settled(lambda: hub.streams == 0)
            hub.stop()
            await asyncio.to_thread(hub.close)

    asyncio.run(run())
    [record] = [record for record in caplog.records if record.message == "stream.caller_unknown"]
    assert record.exc_info
