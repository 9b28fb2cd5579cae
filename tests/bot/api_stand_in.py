"""The endpoints that the bot talks to, over real HTTP, keeping what they get in memory and failing on demand."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from attrs import frozen

from opchat_core.errors import InvalidInput
from opchat_core.model import IncomingMessage

if TYPE_CHECKING:
    from types import TracebackType

Json = dict[str, Any]


@frozen
class Answer:
    """What to answer instead of doing the work.

    Attributes:
        status: The HTTP status; 0 cuts the connection.
        headers: Further headers.
        body: The JSON body, or text for what is not JSON.
        stores: Do the work all the same, so that only the answer is lost.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: Json | str = ""
    stores: bool = False


class ApiStandIn:
    """An API on a port of its own.

    Attributes:
        calls: Every request that arrived: path, body, token.
        stored: The messages that were taken, each once.
        members: The bodies about blocking.
        reactions: The bodies about reactions to messages that are here.
        reports: What bots said of themselves; these are no calls.
        script: What to answer next, instead of doing the work; by user where the key is one.
    """

    def __init__(self, port: int = 0) -> None:
        self.calls: list[tuple[str, Json, str]] = []
        self.stored: list[Json] = []
        self.members: list[Json] = []
        self.reactions: list[Json] = []
        self.reports: list[Json] = []
        self.script: list[Answer] = []
        self.by_user: dict[int, list[Answer]] = {}
        self._lock = threading.Lock()
        self._gone = False
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Go away, also for who is connected."""
        with self._lock:
            self._gone = True
        self._server.shutdown()
        self._server.server_close()
        if self._thread.is_alive():
            self._thread.join()

    def texts(self, user_id: int | None = None) -> list[str]:
        """The texts stored, in the order of their arrival."""
        with self._lock:
            return [body.get("messageText", "") for body in self.stored if user_id in {None, body["userId"]}]

    def answer(self, path: str, body: Json, token: str) -> Answer:
        with self._lock:
            if self._gone:
                return Answer(0)
            if path == "/api/bot-status":
                self.reports.append(body)
                return Answer(200, body={"success": True})
            self.calls.append((path, body, token))
            mine = self.by_user.get(body.get("userId", 0)) or self.script
            scripted = mine.pop(0) if mine else None
            if scripted is None:
                return self._work(path, body)
            if scripted.stores:
                self._work(path, body)
            return scripted

    def _work(self, path: str, body: Json) -> Answer:
        if path == "/api/chat-member":
            self.members.append(body)
            return Answer(200, body={"success": True})
        if path == "/api/chat-reaction":
            known = body["telegramMessageId"] in [message.get("telegramMessageId") for message in self.stored]
            self.reactions += [body] if known else []
            return Answer(200, body={"success": True}) if known else Answer(404, body={"code": "message_not_found"})
        if path != "/api/chat-message":
            return Answer(404, body="nothing here")
        try:
            message = IncomingMessage.from_json(body)
        except InvalidInput as error:
            return Answer(422, body={"status": 422, "code": "invalid_input", "detail": str(error)})
        same = message.telegram_message_id is not None and any(
            (old["userId"], old.get("telegramMessageId")) == (message.user_id, message.telegram_message_id)
            for old in self.stored
        )
        known = same and not message.edited
        self.stored += [] if known else [body]
        told = {"success": True, "duplicate": True} if known else {"success": True}
        return Answer(200 if known or message.edited else 201, body=told)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # five, which is usual, is less than the connections that the bot opens at once


def _handler(api: ApiStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            answer = api.answer(self.path, body, token)
            if answer.status == 0:
                self.close_connection = True
                return
            is_json = isinstance(answer.body, dict)
            data = (json.dumps(answer.body) if is_json else str(answer.body)).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json" if is_json else "text/html")
            self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
            """Say nothing: the calls are kept."""

    return Handler
