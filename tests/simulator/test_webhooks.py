"""Updates pushed to a webhook."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from tests.simulator.raw import Raw
from tests.simulator.test_receiving import Poller

from opchat_core.testing.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver:
    """A webhook that answers as scripted, then 200, and keeps what came."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.got: list[tuple[float, dict[str, str], dict[str, Any]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.got.append((time.monotonic(), dict(self.headers), body))
                status, headers, answer = receiver.answers.pop(0) if receiver.answers else (200, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def texts(self) -> list[str]:
        return [update["message"]["text"] for _at, _headers, update in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook on a free port."""
    running = Receiver()
    running.thread.start()
    yield running
    running.server.shutdown()
    running.thread.join()
    running.server.server_close()


@pytest.fixture
def raw() -> Iterator[Raw]:
    """A simulator whose pauses are short, with Anna in it."""
    with Simulator(webhook_pause=0.02) as simulator:
        simulator.user(42, "Anna")
        yield Raw(simulator)


def idle(raw: Raw) -> None:
    """Wait until nothing is pending."""
    raw.simulator.wait_until(lambda: raw.simulator.pending_updates() == 0)


def test_updates_are_pushed_with_the_secret(raw: Raw, receiver: Receiver) -> None:
    """What waited already goes first; a 2xx gives the second tick."""
    raw.simulator.send_text(42, "before")
    assert raw.result("setWebhook", url=receiver.url, secret_token="s3cret_-") is True
    raw.simulator.send_text(42, "after")
    idle(raw)
    assert receiver.texts() == ["before", "after"]
    assert {headers["X-Telegram-Bot-Api-Secret-Token"] for _at, headers, _update in receiver.got} == {"s3cret_-"}
    assert [message.ticks for message in raw.simulator.messages(42)] == [2, 2]
    info = raw.result("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)
    assert "last_error_message" not in info


def test_a_refused_update_comes_again_before_the_next(raw: Raw, receiver: Receiver) -> None:
    """In order, with pauses that grow, and with the error told."""
    receiver.answers = [(503, {}, b"")] * 4
    raw.result("setWebhook", url=receiver.url)
    raw.simulator.send_text(42, "one")
    raw.simulator.send_text(42, "two")
    idle(raw)
    assert receiver.texts() == ["one"] * 5 + ["two"]
    times = [at for at, _headers, _update in receiver.got]
    pauses = [later - earlier for earlier, later in pairwise(times[:5])]
    assert pauses[1] >= 0.04
    assert pauses[2] >= 0.08
    assert pauses[3] >= 0.16
    info = raw.result("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
    assert info["last_error_date"] > 0


def test_retry_after_is_honoured(raw: Raw, receiver: Receiver) -> None:
    """Instead of the pause, which the first time would be none."""
    receiver.answers = [(429, {"Retry-After": "1"}, b"")]
    raw.result("setWebhook", url=receiver.url)
    raw.simulator.send_text(42, "one")
    idle(raw)
    (first, _, _), (second, _, _) = receiver.got
    assert second - first >= 1


def test_an_unreachable_webhook_keeps_the_updates(raw: Raw) -> None:
    """They are pending, the error is told, and polling has them when the webhook is gone."""
    raw.simulator.send_text(42, "one")
    raw.result("setWebhook", url="http://127.0.0.1:9/")
    raw.simulator.wait_until(lambda: raw.simulator.state.bot(None).webhook.last_error)  # type: ignore[union-attr] # it was set in the line above
    info = raw.result("getWebhookInfo")
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Connection refused")
    assert raw.result("deleteWebhook") is True
    assert len(raw.result("getUpdates")) == 1


def test_pending_updates_can_be_dropped(raw: Raw, receiver: Receiver) -> None:
    """By `drop_pending_updates`, on setting and on deleting."""
    raw.simulator.send_text(42, "old")
    raw.result("setWebhook", url=receiver.url, drop_pending_updates=True)
    raw.result("setWebhook", url="")
    raw.simulator.send_text(42, "old, too")
    raw.result("deleteWebhook", drop_pending_updates=True)
    assert raw.result("getUpdates") == []
    assert receiver.got == []


def test_polling_and_webhook_exclude_each_other(raw: Raw, receiver: Receiver) -> None:
    """Setting a webhook ends a waiting poll, and polling then is 409."""
    poller = Poller(raw, timeout=50)
    raw.result("setWebhook", url=receiver.url)
    assert poller.finished()["description"] == "Conflict: terminated by setWebhook request"
    assert raw.refusal("getUpdates") == (
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://example.com/",
        "ftp://localhost/",
        "nonsense",
        "http://[",
        "http://127.0.0.1:99999/",
    ],
)
def test_webhooks_are_on_loopback(raw: Raw, url: str) -> None:
    """Nothing leaves this machine."""
    assert raw.refusal("setWebhook", url=url)[0] == 400


def test_a_secret_has_its_letters(raw: Raw, receiver: Receiver) -> None:
    """As Telegram allows them."""
    assert raw.refusal("setWebhook", url=receiver.url, secret_token="no spaces")[0] == 400


def test_a_method_in_the_answer_is_carried_out(raw: Raw, receiver: Receiver) -> None:
    """Telegram does that, and so whoever echoes an update would be noticed."""
    call = {"method": "sendMessage", "chat_id": 42, "text": "from the answer"}
    receiver.answers = [(200, {}, json.dumps(call).encode()), (200, {}, b"no JSON")]
    raw.result("setWebhook", url=receiver.url)
    raw.simulator.send_text(42, "one")
    raw.simulator.send_text(42, "two")
    raw.simulator.wait_until(lambda: raw.simulator.sent(42))
    assert [message.text for message in raw.simulator.sent(42)] == ["from the answer"]


def test_stopping_ends_a_delivery_under_way(receiver: Receiver) -> None:
    """A webhook that never answers holds nobody up."""
    import socket

    silent = socket.create_server(("127.0.0.1", 0))
    with Simulator() as simulator:
        simulator.user(42, "Anna")
        simulator.send_text(42, "x")
        Raw(simulator).result("setWebhook", url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        accepted, _address = silent.accept()
        accepted.recv(1)
        started = time.monotonic()
    assert time.monotonic() - started < 2
    accepted.close()
    silent.close()
