"""The real app over the real database, the simulator as Telegram, and callers of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from opchat_core import Config, OperatorChat, connect_config
from opchat_flask import create_app, hash_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from opchat_core.testing.simulator import Simulator

INGEST_TOKEN = "the-bot-proves-itself-by-this"
PASSWORD = "correct horse battery staple"
OWN_ORIGIN = {"Origin": "http://localhost"}


class Client(Protocol):
    """A client of the app, whose answers are read as freely as JSON is."""

    def get(self, url: str, /, **options: Any) -> Any: ...
    def head(self, url: str, /, **options: Any) -> Any: ...
    def options(self, url: str, /, **options: Any) -> Any: ...
    def post(self, url: str, /, **options: Any) -> Any: ...
    def put(self, url: str, /, **options: Any) -> Any: ...
    def patch(self, url: str, /, **options: Any) -> Any: ...
    def delete(self, url: str, /, **options: Any) -> Any: ...
    def open(self, url: str, /, **options: Any) -> Any: ...


@pytest.fixture
def config(clean_database: str, simulator: Simulator) -> Config:
    """An installation with a bot, on the simulator."""
    return Config(
        database_url=clean_database,
        bot_token=simulator.token,
        telegram_api_url=simulator.url,
        ingest_token=INGEST_TOKEN,
        secret_key="signs-the-sessions-of-the-tests",
    )


@pytest.fixture
def chat(config: Config) -> Iterator[OperatorChat]:
    """The core over that installation."""
    with connect_config(config, migrated=True) as chat:
        yield chat


@pytest.fixture
def app(chat: OperatorChat, config: Config) -> Flask:
    """The app under test."""
    return create_app(chat, config)


@pytest.fixture
def client(app: Flask) -> Client:
    """Somebody without login or token."""
    return app.test_client()


@pytest.fixture
def bot() -> dict[str, str]:
    """The headers of the bot."""
    return bearer(INGEST_TOKEN)


@pytest.fixture
def operator(chat: OperatorChat) -> dict[str, str]:
    """The headers of the operator Olga's program."""
    chat.operators.add("Olga", hash_password(PASSWORD))
    return bearer(chat.operators.issue_token("Olga").secret)


@pytest.fixture
def browser(app: Flask, operator: dict[str, str]) -> Client:
    """Olga's browser, logged in."""
    client = app.test_client()
    answer = client.post("/login", data={"name": "Olga", "password": PASSWORD}, headers=OWN_ORIGIN)
    assert answer.status_code == 303
    return client


@pytest.fixture
def anna(chat: OperatorChat, simulator: Simulator) -> int:
    """A user who has written once."""
    simulator.user(42, first_name="Анна")
    chat.receive(user_id=42, text="Where is my order?", first_name="Анна", telegram_message_id=7)
    return 42


@pytest.fixture
def stored(chat: OperatorChat) -> Callable[[], int]:
    """Counts what the database holds."""

    def count() -> int:
        counts = chat.list_chats().counts
        return counts.open + counts.closed

    return count


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def problem_of(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is that problem, as RFC 9457 has it; the problem."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert {"title", "detail"} <= problem.keys()
    return problem
