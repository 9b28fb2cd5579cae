"""Errors over HTTP: every class has its status, and none says more than it should."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import INGEST_TOKEN, PASSWORD, Client, bearer, problem_of

from opchat_core import connect_config, errors
from opchat_core.errors import DatabaseUnavailable, OpchatError, SchemaOutdated
from opchat_flask import create_app
from opchat_flask.headers import SECURITY
from opchat_flask.problems import status_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core import Config, OperatorChat
    from opchat_core.testing.simulator import Simulator

LIST = "/api/operator-chats"


def _tree(root: type[OpchatError]) -> Iterator[type[OpchatError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _tree(kind)


def test_every_error_of_the_tree_has_a_status_and_a_code_of_its_own() -> None:
    """A new error cannot be forgotten, and programs can tell all of them apart."""
    kinds = list(_tree(OpchatError))
    assert len(kinds) > 15
    assert all(status_of(kind) >= 400 for kind in kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)
    documented = errors.__doc__ or ""
    assert all(kind.__name__ in documented for kind in kinds if kind.__module__ == errors.__name__)


def test_an_unmapped_error_is_noticed() -> None:
    """The root itself has no status: nothing falls through to it unseen."""
    with pytest.raises(LookupError, match="OpchatError has no status"):
        status_of(OpchatError)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/chat-message", 405, "method_not_allowed"),
        ("DELETE", LIST, 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("PUT", "/api/users/42/operator-chat", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_a_problem_too(client: Any, method: str, path: str, status: int, code: str) -> None:
    """A program reads the same shape whatever went wrong; 405 names what is allowed."""
    answer = client.open(path, method=method)
    problem_of(answer, status, code)
    assert ("Allow" in answer.headers) is (status == 405)


def test_a_redirect_of_the_router_is_no_problem(client: Client) -> None:
    """An address with a slash too many leads on to the right one."""
    answer = client.get("/api//operator-chats")
    assert (answer.status_code, answer.headers["Location"]) == (308, "http://localhost/api/operator-chats")


def test_an_unknown_page_is_for_people(client: Client) -> None:
    """Outside of the API nobody wants JSON: it is said in the visitor's language, with a way on."""
    answer = client.get("/nothing", headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Такой страницы нет" in answer.text
    assert 'href="/"' in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer = client.open("/login", method="DELETE")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.accident
def test_a_bug_in_a_page_is_told_to_people_in_a_sentence(
    browser: Client, chat: OperatorChat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page of opchat's, and the cause in the log alone."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret of the house")

    monkeypatch.setattr(chat.operators, "of_session", broken)
    answer = browser.get("/dashboard/operator-chats")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "Something went wrong here" in answer.text
    assert "secret of the house" not in answer.text
    assert "secret of the house" in caplog.text


def test_what_is_away_says_when_to_come_again(
    client: Client, operator: dict[str, str], chat: OperatorChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 carries ``Retry-After`` in whole seconds, at least one."""
    for wait, told in ((timedelta(milliseconds=20), "1"), (timedelta(seconds=4.2), "5")):

        def away(wait: timedelta = wait, **_: object) -> None:
            raise DatabaseUnavailable("The database is away.", retry_after=wait)

        monkeypatch.setattr(chat, "list_chats", away)
        answer = client.get(LIST, headers=operator)
        problem_of(answer, 503, "database_unavailable")
        assert answer.headers["Retry-After"] == told


def test_people_are_told_what_is_away_too(browser: Client, chat: OperatorChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page says in a sentence that the database is away, and a browser may come again by itself."""

    def away(*_: object) -> None:
        raise DatabaseUnavailable("The database is <away>.")

    monkeypatch.setattr(chat.operators, "of_session", away)
    for path in ("/dashboard/operator-chats", "/login"):
        answer = browser.get(path)
        assert (answer.status_code, answer.mimetype) == (503, "text/html")
        assert "The database is &lt;away&gt;." in answer.text
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.accident
def test_a_bug_says_nothing_to_the_caller_and_all_to_the_log(
    client: Client,
    operator: dict[str, str],
    chat: OperatorChat,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No trace, no SQL, no words of an exception that nobody foresaw reach the caller."""

    def broken(**_: object) -> None:
        raise RuntimeError("SELECT secret FROM opchat.operators")

    monkeypatch.setattr(chat, "list_chats", broken)
    answer = client.get(LIST, headers=operator)
    problem_of(answer, 500, "internal_error")
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    assert "SELECT secret" in caplog.text


def test_every_answer_carries_the_security_headers(client: Client, operator: dict[str, str]) -> None:
    """Pages, data and problems alike; and nothing of it may lie in a cache."""
    for answer in (
        client.get(LIST, headers=operator),
        client.get(LIST),
        client.get("/login"),
        client.get("/healthz"),
        client.post("/api/chat-message", json={}),
    ):
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
        assert answer.headers["Cache-Control"] in {"no-store", "private, no-cache"}
    assert "unsafe-inline" not in SECURITY["Content-Security-Policy"]


@pytest.mark.usefixtures("anna")
def test_no_token_is_told_or_logged(
    client: Client, operator: dict[str, str], config: Config, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot's token, the ingest token, operators' tokens and passwords stay where they belong."""
    caplog.set_level(logging.DEBUG)
    simulator.fail("sendMessage", "forbidden")
    chat = "/api/users/42/operator-chat"
    answers = [
        client.post("/api/chat-message", json={"userId": 1, "messageText": "x"}, headers=bearer(INGEST_TOKEN)),
        client.post("/api/chat-message", data="{", headers=bearer(INGEST_TOKEN), content_type="application/json"),
        client.post(chat, json={"messageText": "hi"}, headers=operator),
        client.post(chat, json={"messageText": "hi"}, headers=operator),
        client.post(f"{chat}/2/retry", headers=operator),
        client.get(chat, headers=operator),
        client.get(LIST, headers=operator),
        client.post("/login", data={"name": "Olga", "password": PASSWORD}),
        client.get("/api/openapi.json"),
    ]
    secrets = [
        config.bot_token or "?",
        INGEST_TOKEN,
        operator["Authorization"].split()[1],
        PASSWORD,
        config.secret_key or "?",
    ]
    told = [answer.text + str(answer.headers) for answer in answers] + [caplog.text]
    assert not [secret for secret in secrets for text in told if secret in text]


def test_health_and_readiness(client: Client, chat: OperatorChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A balancer learns whether to send requests, a person what is missing."""
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json == {"status": "ready", "warnings": []}
    for error, missing in (
        (SchemaOutdated("Run opchat migrate."), "schema"),
        (DatabaseUnavailable("It is away."), "database"),
    ):

        def check(error: OpchatError = error) -> None:
            raise error

        monkeypatch.setattr(chat, "check", check)
        problem = problem_of(client.get("/readyz"), 503, error.code)
        assert problem["missing"] == [missing]
    assert client.get("/healthz").status_code == 200


def test_readiness_notices_a_missing_schema(empty_database: str, config: Config) -> None:
    """A database without tables is reached, and is not ready."""
    import attrs

    with connect_config(attrs.evolve(config, database_url=empty_database), migrated=True) as chat:
        problem = problem_of(create_app(chat, config).test_client().get("/readyz"), 503, "schema_outdated")
    assert problem["missing"] == ["schema"]
