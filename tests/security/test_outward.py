"""Requests outward go to the Bot API server that is configured, and nowhere else, whatever it answers."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import answer, receive

from opchat_core.errors import Unavailable
from opchat_core.model import Lost
from opchat_core.ports import Parcel
from opchat_core.telegram import TelegramSender
from opchat_core.telegram.account import ask_account
from opchat_core.testing import InMemoryRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opchat_core.model import Message

TOKEN = "123456:token-of-the-outward-tests"


@contextmanager
def _server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[str]]]:
    """A server that notes what it is asked for: its address, and its notes."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)

        def do_GET(self) -> None:  # what a 303 turns a POST into
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def _accept(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b'{"ok": true, "result": {"message_id": 1}}')


@pytest.fixture
def message() -> Message:
    """Something to send."""
    store = InMemoryRepository()
    receive(store)
    return answer(store)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(message: Message, status: int) -> None:
    """A redirect would carry the text, and the token in the address, to whoever is named; the answer is in doubt."""
    with _server(_accept) as (elsewhere, asked_elsewhere):

        def lead_away(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", f"{elsewhere}/bot{TOKEN}/sendMessage")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with _server(lead_away) as (url, asked):
            sender = TelegramSender(TOKEN, url)
            outcome = sender.send([Parcel(message)])[0]
            with pytest.raises(Unavailable):
                ask_account(TOKEN, url)
            sender.close()
    assert isinstance(outcome, Lost)
    assert asked == [f"/bot{TOKEN}/sendMessage", f"/bot{TOKEN}/getMe"]
    assert asked_elsewhere == []
