"""The doctor: finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from attrs import evolve
from tests.support.pgbouncer import running_pgbouncer
from tests.support.tables import contents

from opchat_cli import diagnosis
from opchat_core import Config, OperatorChat, connect, connect_config
from opchat_core.model import Answer
from opchat_core.model.health import BotMode, BotReport
from opchat_core.testing.simulator import Simulator
from opchat_flask import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from tests.cli.conftest import Cli


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives
        """Say nothing."""


@contextmanager
def running(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve an app from this process; its address."""
    with make_server("127.0.0.1", port, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def config(clean_database: str) -> Config:
    """An installation without a bot."""
    return Config(database_url=clean_database)


@pytest.fixture
def examine(cli: Cli, simulator: Simulator, port: int) -> Callable[..., dict[str, Any]]:
    """Runs the doctor on an installation with a bot; each check by its name."""

    def run(**environment: str) -> dict[str, Any]:
        bot = {"OPERATOR_BOT_TOKEN": simulator.token, "TELEGRAM_API_URL": simulator.url}
        result = cli("doctor", "--json", f"--port={port}", **{**bot, **environment})
        told = json.loads(result.stdout)
        assert result.exit_code == (0 if told["ok"] else 1)
        return {check["name"]: check for check in told["checks"]}

    return run


def test_a_sound_installation(examine: Callable[..., dict[str, Any]], chat: OperatorChat, clean_database: str) -> None:
    """With an operator, a bot and a closed door, all is well, and nothing was written."""
    chat.operators.add("anna", "a hash")
    before = contents(clean_database)
    checks = examine(OPCHAT_INGEST="verified")
    assert {check["level"] for check in checks.values()} == {"ok"}
    assert set(checks) == {"settings", "receiving", "bot", "database", "schema", "operators", "backlog"}
    assert contents(clean_database) == before


def test_what_one_should_know(examine: Callable[..., dict[str, Any]]) -> None:
    """An open door and nobody who could log in are warnings with advice, and no failure."""
    checks = examine()
    assert checks["receiving"]["level"] == checks["operators"]["level"] == "warn"
    assert "OPCHAT_INGEST=verified" in checks["receiving"]["advice"]
    assert "opchat operator add" in checks["operators"]["advice"]


def test_a_short_secret(examine: Callable[..., dict[str, Any]]) -> None:
    """What could be guessed is named, and not shown."""
    check = examine(OPCHAT_INGEST_TOKEN="letmein")["secrets"]
    assert check["level"] == "warn"
    assert "OPCHAT_INGEST_TOKEN" in check["detail"]
    assert "letmein" not in str(check)


def test_a_wrong_token(examine: Callable[..., dict[str, Any]]) -> None:
    """Telegram's refusal is a failure, and the token is not shown."""
    check = examine(OPERATOR_BOT_TOKEN="1:wrong-secret")["bot"]
    assert check["level"] == "fail"
    assert "wrong-secret" not in json.dumps(check)


def test_telegram_is_away(examine: Callable[..., dict[str, Any]]) -> None:
    """Not reaching Telegram is told apart from a wrong token."""
    check = examine(TELEGRAM_API_URL="http://127.0.0.1:1")["bot"]
    assert check["level"] == "fail"
    assert "cannot be reached" in check["detail"]


def test_a_webhook_stands_in_the_way(examine: Callable[..., dict[str, Any]], simulator: Simulator) -> None:
    """Whoever polls should know that a webhook is set, and how to get rid of it."""
    with connect_bot(simulator) as bot:
        bot.post("setWebhook", data={"url": "http://127.0.0.1:1/hook"}).raise_for_status()
    check = examine()["bot"]
    assert check["level"] == "warn"
    assert "http://127.0.0.1:1/hook" in check["detail"]
    assert "opchat bot" in check["advice"]


def test_updates_that_nobody_stores(examine: Callable[..., dict[str, Any]], simulator: Simulator) -> None:
    """More updates than one call fetches wait at Telegram: the bot is away, or behind."""
    simulator.user(42)
    for number in range(100):
        simulator.send_text(42, f"message {number}")
    check = examine()["bot"]
    assert check["level"] == "warn"
    assert "100 updates wait" in check["detail"]
    assert "24 hours" in check["advice"]


def test_a_missing_schema(examine: Callable[..., dict[str, Any]], empty_database: str) -> None:
    """It is a failure with its cure, and the doctor does not apply it."""
    check = examine(DATABASE_URL=empty_database)["schema"]
    assert check["level"] == "fail"
    assert "opchat migrate" in check["advice"]
    assert contents(empty_database) == {}


def test_the_database_is_away(examine: Callable[..., dict[str, Any]]) -> None:
    """It says why, and does not go on to what needs the database."""
    checks = examine(DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert checks["database"]["level"] == "fail"
    assert "refused" in checks["database"]["detail"]
    assert "schema" not in checks


def test_a_pooler_is_noticed(examine: Callable[..., dict[str, Any]], pgbouncer: str) -> None:
    """PgBouncer in transaction mode is fine, and told."""
    check = examine(DATABASE_URL=pgbouncer)["database"]
    assert check["level"] == "ok"
    assert "pooler" in check["detail"]


def test_a_pooler_that_would_tear_transactions_apart(examine: Callable[..., dict[str, Any]], migrated_url: str) -> None:
    """PgBouncer in statement mode is a failure, with the setting that cures it."""
    with running_pgbouncer(migrated_url, pool_mode="statement") as pooler:
        check = examine(DATABASE_URL=pooler.url)["database"]
    assert check["level"] == "fail"
    assert "pool_mode = transaction" in check["advice"]


def test_a_clock_that_is_off(config: Config) -> None:
    """Both what the database and what Telegram say is compared with this machine's time."""

    def ahead() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=3)

    with Simulator() as simulator:
        config = evolve(config, bot_token=simulator.token, telegram_api_url=simulator.url)
        told = [finding.detail for finding in diagnosis.examine(config, now=ahead) if finding.name == "clock"]
    assert [re.sub(r"1[78]\d", "180", detail) for detail in told] == [
        "this machine's clock is 180 s ahead of Telegram's clock",
        "this machine's clock is 180 s ahead of the database's clock",
    ]


def test_kinds_of_updates_that_somebody_switched_off(
    examine: Callable[..., dict[str, Any]], simulator: Simulator
) -> None:
    """Another program with the same token has asked Telegram for texts only: blocks and reactions would be missed."""
    with connect_bot(simulator) as bot:
        bot.post("getUpdates", json={"allowed_updates": ["message"], "timeout": 0}).raise_for_status()
    check = examine()["kinds"]
    assert check["level"] == "warn"
    assert "my_chat_member" in check["detail"]


def test_a_port_that_is_taken(examine: Callable[..., dict[str, Any]], config: Config, port: int) -> None:
    """By a stranger, by ourselves, or by nobody."""
    assert "port" not in examine()
    with socket.create_server(("127.0.0.1", port)):
        check = examine()["port"]
        assert (check["level"], "opchat serve --port" in check["advice"]) == ("warn", True)
    with connect_config(config, migrated=True) as chat, running(create_app(chat), port) as url:
        assert examine()["port"]["detail"] == f"opchat answers on port {url.rpartition(':')[2]} of this machine"


def test_a_paused_bot_and_answers_in_doubt(
    examine: Callable[..., dict[str, Any]], simulator: Simulator, clean_database: str
) -> None:
    """A refused token has paused the bot, and an answer was cut on its way: both are told with what to do."""
    simulator.user(42)
    with connect(clean_database, bot_token=simulator.token, telegram_api_url=simulator.url) as chat:
        chat.receive(user_id=42, text="Hello?")
        simulator.fail("sendMessage", "cut_after")
        chat.send(42, Answer(text="Hello!"), operator="anna")
    with connect(clean_database, bot_token="1:wrong", telegram_api_url=simulator.url) as chat:
        chat.send(42, Answer(text="Are you there?"), operator="anna")
    checks = examine()
    assert checks["doubt"]["level"] == "warn"
    assert checks["delivery"]["level"] == "fail"


def test_a_bot_in_trouble(examine: Callable[..., dict[str, Any]], chat: OperatorChat) -> None:
    """What the bot said of itself is told with what to do: it is behind, and another one is in its way."""
    oldest = datetime.now(UTC) - timedelta(hours=2)
    chat.report_bot(BotReport(mode=BotMode.POLLING, oldest_unsaved_at=oldest, conflict=True))
    checks = examine()
    assert f"{oldest:%Y-%m-%dT%H:%M:%SZ}" in checks["bot_behind"]["detail"]
    assert "24 hours" in checks["bot_behind"]["advice"]
    assert checks["bot_conflict"]["level"] == "warn"
    assert "Stop one" in checks["bot_conflict"]["advice"]


def test_the_api_that_the_bot_is_told_of(examine: Callable[..., dict[str, Any]], config: Config) -> None:
    """Nobody there, somebody else there, a server that is ready, and one whose database is away."""
    nobody = examine(API_BASE_URL="http://127.0.0.1:1")["api"]
    assert nobody["level"] == "warn"
    assert "opchat serve" in nobody["advice"]
    with connect_config(config, migrated=True) as chat, running(create_app(chat)) as url:
        assert examine(API_BASE_URL=url)["api"] == {
            "name": "api",
            "level": "ok",
            "detail": f"{url} is ready",
            "advice": "",
        }
        stranger = examine(API_BASE_URL=f"{url}/elsewhere")["api"]
        assert "not as opchat's API does" in stranger["detail"]
    away = evolve(config, database_url="postgresql://127.0.0.1:1/x")
    with connect_config(away, migrated=True) as chat, running(create_app(chat)) as url:
        assert "is not ready" in examine(API_BASE_URL=url)["api"]["detail"]


def test_people_read_lines(cli: Cli) -> None:
    """One line a check, the advice below it."""
    lines = cli("doctor").stdout.splitlines()
    assert lines[0].startswith("ok    settings: ")
    assert any(line.startswith("warn  bot: no token") for line in lines)


def connect_bot(simulator: Simulator) -> Any:
    import httpx

    return httpx.Client(base_url=f"{simulator.url}/bot{simulator.token}/")


def test_files_need_a_place(examine: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """Without one no picture could be shown; the doctor says so, and makes none."""
    good, bad = tmp_path / "cache", tmp_path / "a file"
    bad.touch()
    assert "files" not in examine(OPCHAT_MEDIA_CACHE_DIR=str(good))
    assert not good.exists()
    check = examine(OPCHAT_MEDIA_CACHE_DIR=str(bad))["files"]
    assert (check["level"], "OPCHAT_MEDIA_CACHE_DIR" in check["advice"]) == ("warn", True)
