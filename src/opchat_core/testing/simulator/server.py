"""HTTP on a loopback socket: who may ask, reading bodies, routing, and replies that break on purpose."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .body import Body, BodyTooLargeError
from .bot_api import answer, download
from .call import read_call
from .control import control
from .methods.receiving import LOOPBACK_NAMES
from .reply import Breakage, Reply, error_reply, json_reply
from .values import ApiError

if TYPE_CHECKING:
    from .simulator import Simulator

_LOGGER = logging.getLogger(__name__)
_STATIC = files(__package__).joinpath("static")
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# Nothing but these names is looked up, so no path leads anywhere else.
_PAGES = {"/": "index.html"} | {f"/static/{item.name}": item.name for item in _STATIC.iterdir()}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class SimulatorServer(ThreadingHTTPServer):
    """A threaded server on 127.0.0.1 that can be stopped while its threads wait.

    Args:
        sim: Whose state it serves.
        port: 0 for a free one.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, sim: Simulator, port: int) -> None:
        self.sim = sim
        self._open: set[socket.socket] = set()
        self._open_changed = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler)

    # What socketserver calls a request is a connection; under TCP it is always a socket.

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override] # see above
        """Remember a connection while a thread serves it."""
        with self._open_changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override] # see above
        """Close a connection at the end of its thread."""
        super().shutdown_request(request)
        with self._open_changed:
            self._open.discard(request)
            self._open_changed.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - of socketserver
        """Log what a thread died of, unless the client just went away."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            _LOGGER.error("the simulator failed on a request", exc_info=error)

    def close(self) -> None:
        """Cut all connections and wait until their threads have ended. `serve_forever` has returned already."""
        with self._open_changed:
            for connection in self._open:
                _cut(connection)
            self._open_changed.wait_for(lambda: not self._open, timeout=5)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Reads one request after another from a connection."""

    protocol_version = "HTTP/1.1"
    server_version = "opchat-simulator"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body leave in two writes
    server: SimulatorServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Log nothing: request lines hold the token. What arrived is in the ledger."""

    def _serve(self) -> None:
        try:
            reply = self._reply()
        except ValueError:  # no host, no target, no length, no chunk, no end
            self.close_connection = True
            reply = json_reply(400, ApiError(400, "Bad Request").envelope())
        self._send(reply)

    def _reply(self) -> Reply:
        body = Body(self.rfile, self._body_length())
        try:
            reply = self._stranger() or self._route(body)
        except BodyTooLargeError:
            self.close_connection = True
            reply = json_reply(413, ApiError(413, "Request Entity Too Large").envelope())
        body.drain()
        return reply

    def _body_length(self) -> int | None:
        """Return the length that the head promises, or `None` when the body is chunked.

        Raises:
            ValueError: The length makes no sense.
        """
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return None
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError("a negative length")
        return length

    def _stranger(self) -> Reply | None:
        """Refuse what a page of another site may have sent: by a rebound name, or across origins."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in LOOPBACK_NAMES:
            return error_reply(403, "only loopback names are served")
        origin = self.headers.get("Origin")
        foreign = origin is not None and origin != f"http://{self.headers['Host']}"
        # A link from the dashboard to the page is welcome, whatever port it comes from.
        crossing = self.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
        if urlsplit(self.path).path not in _PAGES and (foreign or crossing):
            return error_reply(403, "not from pages of other origins")
        return None

    def _route(self, body: Body) -> Reply:
        target = urlsplit(self.path)
        path = unquote(target.path)
        content_type = self.headers.get("Content-Type", "")
        sim = self.server.sim
        if path in _PAGES and self.command == "GET":
            return _page(path)
        if path.startswith("/simulator/"):
            rest = path.removeprefix("/simulator/")
            wanted = self.headers.get("Range", "")
            return control(sim, self.command, rest, target.query, content_type=content_type, body=body, wanted=wanted)
        if path.startswith("/file/bot"):
            token, _, file_path = path.removeprefix("/file/bot").partition("/")
            return download(sim.state, token, file_path, self.headers.get("Range", ""))
        if path.startswith("/bot") and self.command in {"GET", "POST"}:
            token, _, method = path.removeprefix("/bot").partition("/")
            try:
                call = read_call(method, target.query, content_type, body)
            except ApiError as error:
                return json_reply(error.code, error.envelope())
            with closing(call):
                return answer(sim.state, token, call)
        return json_reply(404, ApiError(404, "Not Found").envelope())

    def _send(self, reply: Reply) -> None:
        if reply.breakage is Breakage.ALL:
            self._cut()
            return
        self.send_response(reply.status, _reason(reply.status))
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", _PAGE_POLICY)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for chunk in reply.chunks():
            self.wfile.write(chunk)
        if reply.breakage is Breakage.MIDWAY:
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        _cut(self.connection)


def _page(path: str) -> Reply:
    name = _PAGES[path]
    content_type = _TYPES[name.rpartition(".")[2]]
    charset = "" if content_type.startswith("image/") else "; charset=utf-8"
    return Reply(200, _STATIC.joinpath(name).read_bytes(), content_type + charset)


def _reason(status: int) -> str:
    known = {code.value: code.phrase for code in HTTPStatus}
    return known.get(status, "Scripted")


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
