"""What the sender says about each way in which an attempt can end."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.ports import free_port

from opchat_core.delivery import LEASE
from opchat_core.model import Deferred, Delivery, DeliveryStatus, Direction, Lost, Message, MessageType, Refused, Sent
from opchat_core.ports import Parcel
from opchat_core.telegram import TelegramSender, sender
from opchat_core.telegram.answer import MAX_DESCRIPTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.testing.simulator import Simulator

USER = 42


def answer(text: str = "On its way!", **fields: object) -> Message:
    given: dict[str, object] = {
        "user_id": USER,
        "bot_type": "operator",
        "seq": 1,
        "direction": Direction.OUT,
        "verified": True,
        "message_type": MessageType.TEXT,
        "text": text,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "revision": 1,
        "delivery": Delivery(DeliveryStatus.SENDING, attempts=1),
    }
    return Message(**(given | fields))  # type: ignore[arg-type] # a bag of arguments


@contextmanager
def sender_to(url: str, token: str) -> Iterator[TelegramSender]:
    made = TelegramSender(token, url)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def telegram(simulator: Simulator) -> Iterator[TelegramSender]:
    simulator.user(id=USER, first_name="Anna")
    simulator.send_text(USER, "/start")
    with sender_to(simulator.url, simulator.token) as made:
        yield made


def send(telegram: TelegramSender, message: Message | None = None) -> Sent | Deferred | Refused | Lost:
    return telegram.send([Parcel(message or answer())])[0]


def test_an_accepted_message_is_sent_under_telegrams_number(simulator: Simulator, telegram: TelegramSender) -> None:
    """Telegram's OK, and nothing less, makes a message sent; the number is Telegram's."""
    outcome = send(telegram)
    (arrived,) = simulator.sent(USER)
    assert outcome == Sent(arrived.message_id)


@pytest.mark.parametrize("text", ["<b>&amp; *_`[x](y)", "строка\nи ещё", "👩‍👩‍👧 z\u0301", "a" * 4096, "😀" * 2048])
def test_the_text_arrives_exactly_as_typed(simulator: Simulator, telegram: TelegramSender, text: str) -> None:
    """No markup is read into what an operator typed, for there is no parse_mode."""
    assert isinstance(send(telegram, answer(text)), Sent)
    assert [one.body["text"] for one in simulator.sent(USER)] == [text]


def test_entities_and_quotes_go_along(simulator: Simulator, telegram: TelegramSender) -> None:
    """Formatting travels as entities, a quoted message as its Telegram number."""
    quoted = simulator.send_text(USER, "Which one?")
    message = answer("the red one", entities=({"type": "bold", "offset": 4, "length": 3},))
    assert isinstance(telegram.send([Parcel(message, quoted)])[0], Sent)
    (arrived,) = simulator.sent(USER)
    assert arrived.body["entities"] == [{"type": "bold", "offset": 4, "length": 3}]
    assert arrived.body["reply_to_message"]["message_id"] == quoted


def test_a_quoted_message_that_is_gone_does_not_stop_the_answer(telegram: TelegramSender) -> None:
    """The answer matters more than the quote."""
    assert isinstance(telegram.send([Parcel(answer(), 999_999)])[0], Sent)


@pytest.mark.parametrize(
    ("kind", "code", "stops"),
    [
        ("forbidden", "blocked_by_user", False),
        ("bad_request", "chat_not_found", False),
        ("unauthorized", "unauthorized", True),
    ],
)
def test_a_refusal_is_final_and_says_why(
    simulator: Simulator, telegram: TelegramSender, kind: str, code: str, stops: bool
) -> None:
    """Telegram's refusals keep its words; one that is about the token stops the whole sender."""
    simulator.fail("sendMessage", kind)
    outcome = send(telegram)
    assert isinstance(outcome, Refused)
    assert (outcome.error.code, outcome.stops_sender) == (code, stops)
    assert simulator.sent(USER) == []


def test_an_unknown_token_stops_the_sender(simulator: Simulator) -> None:
    """A token that Telegram does not know fails every message alike."""
    with sender_to(simulator.url, "999:" + "x" * 35) as telegram:
        outcome = send(telegram)
        assert isinstance(outcome, Refused)
        assert outcome.stops_sender
        assert not telegram.is_authorized()


def test_a_known_token_is_authorized(telegram: TelegramSender) -> None:
    """The question after a pause is answered by Telegram, not by memory."""
    assert telegram.is_authorized()


def test_text_that_telegram_finds_too_long_is_rejected(telegram: TelegramSender) -> None:
    """What Telegram refuses for the message's own sake has a code of its own."""
    outcome = send(telegram, answer("a" * 4097))
    assert isinstance(outcome, Refused)
    assert outcome.error.code == "message_rejected"


def test_too_many_requests_wait_as_long_as_telegram_says(simulator: Simulator, telegram: TelegramSender) -> None:
    """429 means not sent; the wait is Telegram's."""
    simulator.fail("sendMessage", "too_many_requests", retry_after=7)
    outcome = send(telegram)
    assert isinstance(outcome, Deferred)
    assert (outcome.error.code, outcome.retry_after) == ("rate_limited", timedelta(seconds=7))


@pytest.mark.parametrize(
    "kind", ["cut_before", "cut_after", "cut_midway", "half_json", "server_error", "server_error_after"]
)
def test_a_lost_answer_is_in_doubt(simulator: Simulator, telegram: TelegramSender, kind: str) -> None:
    """Once the request is out, everything but a readable answer leaves the message in doubt, accepted or not."""
    simulator.fail("sendMessage", kind)
    outcome = send(telegram)
    assert isinstance(outcome, Lost)
    assert outcome.error.code == "answer_lost"
    assert len(simulator.sent(USER)) <= 1


def test_a_hanging_telegram_is_in_doubt(
    simulator: Simulator, telegram: TelegramSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that takes too long may follow an accepted request."""
    simulator.fail("sendMessage", "hang", seconds=30)
    monkeypatch.setattr(sender, "TIMEOUT", httpx.Timeout(0.2))
    with sender_to(simulator.url, simulator.token) as hurried:
        assert isinstance(send(hurried), Lost)


def test_nobody_at_the_address_means_not_sent(unused_port: int) -> None:
    """A refused connection cannot have carried a message."""
    with sender_to(f"http://127.0.0.1:{unused_port}", "1:abc") as telegram:
        outcome = send(telegram)
        assert not telegram.is_authorized()
    assert isinstance(outcome, Deferred)
    assert (outcome.error.code, outcome.retry_after) == ("unreachable", None)


def test_a_name_that_does_not_resolve_means_not_sent() -> None:
    """A failing name server cannot have carried a message."""
    with sender_to("http://telegram.invalid", "1:abc") as telegram:
        assert isinstance(send(telegram), Deferred)


@pytest.fixture
def unused_port() -> int:
    return free_port()


@contextmanager
def server(status: int, body: bytes, kind: str = "application/json") -> Iterator[str]:
    """Something that answers every request alike, and is not Telegram."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_address[1]}"
        finally:
            httpd.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"<html>welcome</html>", Lost),
        (200, b"[]", Lost),
        (200, b'{"ok": true}', Lost),
        (200, b'{"ok": true, "result": true}', Lost),
        (200, b'{"ok": true, "result": {"message_id": 1%s}}' % (b"0" * 20), Lost),
        (200, b"[" * 100_000, Lost),
        (200, b" " * (sender.MAX_ANSWER + 1), Lost),
        (302, b"", Lost),
        (500, b'{"ok": false}', Lost),
        (502, b"<html>Bad Gateway</html>", Lost),
        (400, b"<html>no JSON</html>", Refused),
        (403, b'{"description": 5}', Refused),
        (404, b"", Refused),
        (413, b'{"description": "Request Entity Too Large"}', Refused),
        (429, b"slow down", Deferred),
        (429, b'{"parameters": {"retry_after": "soon"}}', Deferred),
    ],
)
def test_answers_that_are_not_telegrams_are_read_by_their_status(status: int, body: bytes, expected: type) -> None:
    """Proxies and wrong addresses answer too: never with an exception, and never taken for sent."""
    with server(status, body) as url, sender_to(url, "1:abc") as telegram:
        assert isinstance(send(telegram), expected)


def test_words_that_no_database_can_hold_are_made_storable() -> None:
    """NUL, half a character, a page of text: a person still reads why, and the result can be stored."""
    words = rb"Bad Request: \u0000 and \ud800 " + b"x" * 10_000
    with server(400, b'{"ok": false, "description": "%s"}' % words) as url, sender_to(url, "1:abc") as telegram:
        outcome = send(telegram)
    assert isinstance(outcome, Refused)
    assert outcome.error.message.startswith("Bad Request: \ufffd and \ufffd x")
    assert len(outcome.error.message) == MAX_DESCRIPTION


def test_the_token_is_in_no_log_repr_or_outcome(
    simulator: Simulator, telegram: TelegramSender, caplog: pytest.LogCaptureFixture
) -> None:
    """HTTP clients log addresses, and Bot API addresses hold the token: not here, at any level."""
    secret = simulator.token.split(":")[1]
    caplog.set_level(logging.DEBUG)
    seen = [repr(telegram), repr(send(telegram))]
    for kind in ("cut_after", "unauthorized", "server_error", "too_many_requests"):
        simulator.fail("sendMessage", kind)
        seen.append(repr(send(telegram)))
    assert any("sendMessage" in record.getMessage() for record in caplog.records)
    told = "\n".join([*seen, caplog.text, *(repr(vars(record)) for record in caplog.records)])
    assert secret not in told


def test_an_attempt_ends_before_its_lease() -> None:
    """The time limits together leave room in the lease, so that doubt is not declared while a result may still come."""
    steps = sender.TIMEOUT
    assert None not in {steps.pool, steps.connect, steps.write, steps.read}
    silent = (steps.pool or 0) + (steps.connect or 0) + (steps.write or 0) + (steps.read or 0)
    dripping = sender.DEADLINE.total_seconds() + (steps.read or 0)
    assert max(silent, dripping) < LEASE.total_seconds()
