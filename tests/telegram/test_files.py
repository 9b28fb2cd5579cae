"""What fetching a file does when whoever answers is not as Telegram should be."""

from __future__ import annotations

import io
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from opchat_core.errors import MediaGone, MediaTooLarge, TelegramNotConfigured, TelegramUnavailable
from opchat_core.media import MAX_DOWNLOAD
from opchat_core.telegram import TelegramFiles, files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.testing.simulator import Simulator

TOKEN = "123:secret"
PATH = {"file_path": "photos/a b.jpg", "file_size": 4}


@contextmanager
def telegram(
    located: object = PATH, *, status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"file"
) -> Iterator[tuple[TelegramFiles, list[str]]]:
    """A server that says where a file is, and then gives it as told; the paths that were asked for."""
    asked: list[str] = []
    about = located if isinstance(located, bytes) else json.dumps({"ok": True, "result": located}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, {}, about)

        def do_GET(self) -> None:
            asked.append(self.path)
            self._answer(status, headers or {"Content-Length": str(len(body))}, body)

        def _answer(self, code: int, more: dict[str, str], content: bytes) -> None:
            self.send_response(code)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(content)
            except ConnectionError:
                asked.append("cut")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        made = TelegramFiles(TOKEN, f"http://127.0.0.1:{server.server_address[1]}")
        try:
            yield made, asked
        finally:
            made.close()
            server.shutdown()
            thread.join()


def fetch(source: TelegramFiles) -> bytes:
    sink = io.BytesIO()
    source.fetch("AgAC", sink)
    return sink.getvalue()


def test_a_file_is_fetched_from_where_telegram_says() -> None:
    """With the token in the address, and with whatever the path needs escaped."""
    with telegram() as (source, asked):
        assert fetch(source) == b"file"
        assert asked == [f"/file/bot{TOKEN}/photos/a%20b.jpg"]
        assert TOKEN not in repr(source)


@pytest.mark.parametrize(
    "located",
    [
        {"file_path": "/var/lib/telegram-bot-api/secret"},
        {"file_path": "../../bot123:other/getMe"},
        {"file_path": ""},
        {"file_path": ["x"]},
        {},
        None,
        b"not JSON",
        b"[" * 60_000,
        b" " * 70_000,
    ],
)
def test_a_place_that_is_none_is_not_asked(located: Any) -> None:
    """A server in local mode tells a path on its own disk, and a broken one anything."""
    with telegram(located) as (source, asked):
        with pytest.raises(TelegramUnavailable):
            fetch(source)
        assert asked == []


def test_nobody_is_sent_elsewhere() -> None:
    """A redirect would take the token along, or fetch what only this machine can reach."""
    with telegram(status=302, headers={"Location": "http://127.0.0.1:1/", "Content-Length": "4"}) as (source, asked):
        with pytest.raises(TelegramUnavailable, match="302"):
            fetch(source)
        assert len(asked) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(404, MediaGone), (401, TelegramNotConfigured), (500, TelegramUnavailable)]
)
def test_a_file_that_is_not_given_says_why(status: int, error: type[Exception]) -> None:
    """An address that is no longer good is a file that is gone; the token's fault is no fault of the file."""
    with telegram(status=status) as (source, _), pytest.raises(error) as raised:
        fetch(source)
    assert "secret" not in str(raised.value)


def test_a_part_is_not_taken_for_the_whole() -> None:
    """Without a length in the answer, only the size that was told beforehand shows that it broke off."""
    with telegram(headers={"X": "y"}, body=b"fil") as (source, _), pytest.raises(TelegramUnavailable, match="part"):
        fetch(source)


def test_more_than_telegram_gives_is_refused_however_it_comes() -> None:
    """Told beforehand, or found out while it comes: nobody's disk is filled."""
    with telegram({**PATH, "file_size": MAX_DOWNLOAD + 1}) as (source, asked):
        with pytest.raises(MediaTooLarge):
            fetch(source)
        assert asked == []
    endless = b"x" * (MAX_DOWNLOAD + 100_000)
    with telegram({"file_path": "x"}, headers={"X": "y"}, body=endless) as (source, _), pytest.raises(MediaTooLarge):
        fetch(source)


def test_what_drips_in_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread waits for a file, and not for ever."""
    from datetime import timedelta

    monkeypatch.setattr(files, "DEADLINE", timedelta(0))
    with telegram() as (source, _), pytest.raises(TelegramUnavailable, match="too long"):
        fetch(source)


def test_nobody_there_is_told_without_an_address(simulator: Simulator) -> None:
    """The address holds the token."""
    source = TelegramFiles(simulator.token, "http://127.0.0.1:1")
    with pytest.raises(TelegramUnavailable) as raised:
        fetch(source)
    source.close()
    assert simulator.token not in repr(raised.value)
    assert raised.value.__cause__ is None
