"""opchat inside somebody else's Flask app: under a prefix, behind their login, and out of their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Request, session
from tests.flask.conftest import INGEST_TOKEN, OWN_ORIGIN, PASSWORD, bearer, problem_of

from opchat_flask import init_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core import Config, OperatorChat

LIST = "/support/api/operator-chats"
PAGE = "/support/dashboard/operator-chats"


@pytest.fixture
def host() -> Flask:
    """Somebody's shop."""
    app = Flask("shop")
    app.secret_key = "the shop's own"

    @app.get("/")
    def front() -> str:
        return "Welcome to the shop"

    @app.get("/enter/<name>")
    def enter(name: str) -> str:
        session["name"] = name
        return "Hello"

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the shop's own trouble")

    return app


def _by_the_shop(request: Request) -> str | None:
    return session.get("name")


def test_everything_lies_under_the_prefix(host: Flask, chat: OperatorChat, config: Config, anna: int) -> None:
    """The API, the pages, health and the description move together."""
    init_app(host, chat, config, url_prefix="/support")
    client = host.test_client()
    body = {"userId": 5, "messageText": "hello"}
    assert client.post("/support/api/chat-message", json=body, headers=bearer(INGEST_TOKEN)).status_code == 201
    assert client.get("/support/readyz").status_code == 200
    description: Any = client.get("/support/api/openapi.json").json
    assert description["servers"] == [{"url": "/support"}]
    assert client.get("/api/operator-chats").status_code == 404
    preflight = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    assert "Access-Control-Allow-Origin" in client.options("/support/api/chat-message", headers=preflight).headers


def test_without_the_hosts_login_opchats_own_guards(
    host: Flask, chat: OperatorChat, config: Config, operator: dict[str, str]
) -> None:
    """Mounting opchat opens nothing to anybody; its login works under the prefix, and its cookie stays there."""
    init_app(host, chat, config, url_prefix="/support")
    client = host.test_client()
    problem_of(client.get(LIST), 401, "unauthenticated")
    location = urlsplit(client.get(PAGE).headers["Location"])
    assert (location.path, parse_qs(location.query)) == ("/support/login", {"next": [PAGE]})
    client.get("/enter/Olga")  # the shop's customers are no operators
    problem_of(client.get(LIST), 401, "unauthenticated")
    answer = client.post("/support/login", data={"name": "Olga", "password": PASSWORD}, headers=OWN_ORIGIN)
    assert answer.headers["Location"] == PAGE
    assert "Path=/support/" in answer.headers["Set-Cookie"]
    assert client.get(LIST).status_code == 200
    assert client.get(PAGE).status_code == 200


def test_the_hosts_login_takes_its_place(host: Flask, chat: OperatorChat, config: Config, anna: int) -> None:
    """Whoever the shop knows is an operator under that name; who it does not know gets nothing."""
    init_app(host, chat, config, url_prefix="/support", authenticate=_by_the_shop)
    client = host.test_client()
    problem_of(client.get(LIST), 401, "unauthenticated")
    client.get("/enter/Boris")
    assert client.get(LIST).status_code == 200
    assert client.get(PAGE).status_code == 200
    answer: Any = client.post(
        f"/support/api/users/{anna}/operator-chat", json={"messageText": "hi"}, headers=OWN_ORIGIN
    )
    assert answer.json["message"]["operator"] == "Boris"


def test_the_hosts_login_is_where_its_pages_lead(host: Flask, chat: OperatorChat, config: Config) -> None:
    """With the address to come back to; where it is not known, a page says that nobody is logged in."""
    init_app(host, chat, config, url_prefix="/support", authenticate=_by_the_shop, login_url="/staff?from=chat")
    answer = host.test_client().get(f"{PAGE}?status=closed")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/staff?from=chat&next={PAGE}%3Fstatus%3Dclosed"
    elsewhere = Flask("elsewhere")
    init_app(elsewhere, chat, config, authenticate=_by_the_shop)
    answer = elsewhere.test_client().get("/dashboard/operator-chats")
    assert answer.status_code == 401
    assert "not logged in" in answer.text
    with pytest.raises(ValueError, match="login_url"):
        init_app(Flask("third"), chat, config, login_url="/staff")


def test_the_hosts_cookie_is_protected_from_other_sites(
    host: Flask, chat: OperatorChat, config: Config, anna: int
) -> None:
    """How the shop's browsers prove who they are is unknown, so that every change must come from our pages."""
    init_app(host, chat, config, url_prefix="/support", authenticate=_by_the_shop)
    client = host.test_client()
    client.get("/enter/Boris")
    body = {"userId": anna, "status": "closed"}
    problem_of(client.patch(LIST, json=body), 403, "csrf_failed")
    problem_of(client.patch(LIST, json=body, headers={"X-CSRF-Token": "x"}), 403, "csrf_failed")
    assert client.patch(LIST, json=body, headers=OWN_ORIGIN).status_code == 200


def test_tokens_stay_good_beside_the_hosts_login(
    host: Flask, chat: OperatorChat, config: Config, operator: dict[str, str]
) -> None:
    """Programs know nothing of the shop's login."""
    init_app(host, chat, config, url_prefix="/support", authenticate=_by_the_shop)
    assert host.test_client().get(LIST, headers=operator).status_code == 200


@pytest.mark.parametrize("nobody", [lambda _request: None, lambda _request: ""])
def test_a_login_that_names_nobody_lets_nobody_in(
    host: Flask, chat: OperatorChat, config: Config, nobody: Callable[[Request], str | None]
) -> None:
    """An empty name is no operator."""
    init_app(host, chat, config, url_prefix="/support", authenticate=nobody)
    problem_of(host.test_client().get(LIST), 401, "unauthenticated")


@pytest.mark.accident
def test_a_login_that_breaks_lets_nobody_in(host: Flask, chat: OperatorChat, config: Config) -> None:
    """Trouble in the host's code is trouble, and no open door."""

    def broken(_request: Request) -> str | None:
        raise RuntimeError("the shop's login is down")

    init_app(host, chat, config, url_prefix="/support", authenticate=broken)
    problem_of(host.test_client().get(LIST), 500, "internal_error")


@pytest.mark.accident
def test_the_host_stays_as_it_was(host: Flask, chat: OperatorChat, config: Config) -> None:
    """Its pages, headers, errors and session are none of opchat's business."""
    init_app(host, chat, config, url_prefix="/support")
    client = host.test_client()
    front = client.get("/")
    assert front.text == "Welcome to the shop"
    assert "Content-Security-Policy" not in front.headers
    login = client.get("/support/login", base_url="https://localhost")
    assert "Strict-Transport-Security" not in login.headers  # which binds all of the host
    assert (client.get("/nothing").mimetype, client.post("/").status_code) == ("text/html", 405)
    assert client.get("/broken").mimetype == "text/html"
    assert host.secret_key == "the shop's own"
    problem_of(client.get("/support/api/nothing"), 404, "not_found")


def test_a_host_that_handles_every_error_goes_on_to(host: Flask, chat: OperatorChat, config: Config) -> None:
    """Its own pages for 404 and 405 are not taken over."""
    from werkzeug.exceptions import HTTPException

    @host.errorhandler(HTTPException)
    def handle(error: HTTPException) -> tuple[str, int]:
        return f"the shop's {error.code}", error.code or 500

    init_app(host, chat, config, url_prefix="/support")
    assert host.test_client().get("/nothing").text == "the shop's 404"


@pytest.mark.parametrize("prefix", ["support", "/", "/support/", "//x", "/a b", "/<x>"])
def test_a_prefix_must_look_like_one(host: Flask, chat: OperatorChat, prefix: str) -> None:
    """A slip is told at the start."""
    with pytest.raises(ValueError, match="url_prefix"):
        init_app(host, chat, url_prefix=prefix)
