"""Logging in and out, sessions and their end, and what other sites cannot do with them."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from itsdangerous import URLSafeTimedSerializer
from tests.flask.conftest import OWN_ORIGIN, PASSWORD, Client, problem_of

from opchat_flask import create_app, hash_password, session_secret, sign_in_ticket
from opchat_flask.sessions import COOKIE

if TYPE_CHECKING:
    from flask import Flask

    from opchat_core import Config, OperatorChat

LIST = "/api/operator-chats"
PAGE = "/dashboard/operator-chats"
OLGA = {"name": "Olga", "password": PASSWORD}


def _log_in(client: Client, **more: Any) -> Any:
    return client.post("/login", **{"data": OLGA, "headers": OWN_ORIGIN, **more})


def _cookie(answer: Any) -> Any:
    [header] = [header for header in answer.headers.getlist("Set-Cookie") if header.startswith(COOKIE)]
    return SimpleCookie(header)[COOKIE]


def test_without_login_there_is_nothing_to_see(client: Client) -> None:
    """Programs get a problem, people the login with the way back."""
    problem_of(client.get(LIST), 401, "unauthenticated")
    answer = client.get(f"{PAGE}?status=closed")
    assert answer.status_code == 302
    location = urlsplit(answer.headers["Location"])
    assert location.path == "/login"
    assert parse_qs(location.query) == {"next": [f"{PAGE}?status=closed"]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", LIST),
        ("PATCH", LIST),
        ("GET", "/api/users/42/operator-chat"),
        ("POST", "/api/users/42/operator-chat"),
        ("POST", "/api/users/42/operator-chat/read"),
        ("POST", "/api/users/42/operator-chat/1/retry"),
        ("POST", "/api/users/42/operator-chat/1/mark"),
        ("GET", "/api/events"),
        ("POST", "/api/chat-member"),
        ("POST", "/api/chat-reaction"),
        ("GET", "/api/media/42/1"),
        ("POST", "/api/bot-status"),
        ("GET", "/api/status"),
        ("GET", "/metrics"),
    ],
)
def test_every_protected_endpoint_is_protected(app: Flask, method: str, path: str) -> None:
    """Neither nobody, nor a wrong token, nor a made-up cookie gets in, whatever the body."""
    client = app.test_client()
    problem_of(client.open(path, method=method), 401, "unauthenticated")
    wrong = {"Authorization": "Bearer opchat_wrong"}
    problem_of(client.open(path, method=method, headers=wrong), 401, "unauthenticated")
    client.set_cookie(COOKIE, URLSafeTimedSerializer("another key", salt="opchat session").dumps([1, 1, "x"]))
    problem_of(client.open(path, method=method, headers=OWN_ORIGIN), 401, "unauthenticated")


def test_the_root_leads_to_the_dashboard(client: Client) -> None:
    """Whoever types the bare address arrives."""
    assert client.get("/").headers["Location"].endswith(PAGE)


def test_the_right_password_opens_the_dashboard(browser: Client) -> None:
    """A session serves pages and API alike."""
    assert browser.get(PAGE).status_code == 200
    assert browser.get(LIST).status_code == 200


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: Client, operator: dict[str, str]) -> None:
    """HttpOnly, SameSite, and over HTTPS only where the browser came so, also through a proxy."""
    cookie = _cookie(_log_in(client))
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert _cookie(_log_in(client, headers={**OWN_ORIGIN, "X-Forwarded-Proto": "https"}))["secure"]
    https = {"base_url": "https://localhost", "headers": {"Origin": "https://localhost"}}
    assert _cookie(_log_in(client, **https))["secure"]


def test_every_login_makes_a_new_session(app: Flask, browser: Any) -> None:
    """A cookie that somebody planted before the login is worth nothing after it, for it ends the session before."""
    planted = browser.get_cookie(COOKIE).value
    assert _cookie(_log_in(browser)).value != planted
    assert browser.get(LIST).status_code == 200
    thief = app.test_client()
    thief.set_cookie(COOKIE, planted)
    assert thief.get(LIST).status_code == 401


@pytest.mark.parametrize(
    "data",
    [
        {"name": "Olga", "password": "wrong"},
        {"name": "Nobody", "password": PASSWORD},
        {"name": "Program", "password": ""},
        {"name": "Disabled", "password": PASSWORD},
        {"name": "Olga\0", "password": PASSWORD},
        {"name": "Olga", "password": PASSWORD + "\0" * 2000},
        {},
    ],
)
def test_a_wrong_login_does_not_tell_what_was_wrong(
    client: Client, chat: OperatorChat, operator: dict[str, str], data: dict[str, str]
) -> None:
    """Unknown, disabled, without a password, or mistyped: all read the same."""
    chat.operators.add("Program")
    chat.operators.add("Disabled", hash_password(PASSWORD))
    chat.operators.disable("Disabled")
    answer = client.post("/login", data=data, headers=OWN_ORIGIN)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    reference = client.post("/login", data={"name": data.get("name", ""), "password": "x"}, headers=OWN_ORIGIN)
    assert answer.text == reference.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
    ],
)
def test_other_sites_cannot_log_a_browser_in(client: Client, operator: dict[str, str], headers: dict[str, str]) -> None:
    """Else an operator might answer in an attacker's name without noticing."""
    answer = _log_in(client, headers=headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_an_old_browser_gets_in_through_a_proxy_that_is_trusted(
    chat: OperatorChat, config: Config, operator: dict[str, str]
) -> None:
    """It says no more than ``Origin``; where opchat is not told of the proxy that ends TLS, the page says so."""
    headers = {"Origin": "https://localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    told = create_app(chat, attrs.evolve(config, trusted_proxies=1)).test_client()
    answer = _log_in(told, headers=headers)
    assert answer.status_code == 303
    assert _cookie(answer)["secure"]
    refused = _log_in(create_app(chat, config).test_client(), headers=headers)
    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers
    assert "OPCHAT_TRUSTED_PROXIES" in refused.text


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/dashboard/users/42/operator-chat?x=1", "/dashboard/users/42/operator-chat?x=1"),
        ("", PAGE),
        ("https://evil.example/", PAGE),
        ("//evil.example/", PAGE),
        ("/\\evil.example/", PAGE),
        ("/\t/evil.example/", PAGE),
        ("/\n/evil.example/", PAGE),
        ("\\\\evil.example", PAGE),
        ("javascript:alert(1)", PAGE),
        ("dashboard", PAGE),
    ],
)
def test_login_leads_back_but_never_out(client: Client, operator: dict[str, str], wanted: str, leads_to: str) -> None:
    """A link to the login cannot carry an operator to another site."""
    answer = _log_in(client, data={**OLGA, "next": wanted})
    assert answer.status_code == 303
    assert answer.headers["Location"] == leads_to


def test_whoever_is_in_need_not_log_in_again(browser: Client) -> None:
    """The login page sends on those who are in."""
    answer = browser.get("/login", query_string={"next": "/dashboard/users/42/operator-chat"})
    assert answer.headers["Location"] == "/dashboard/users/42/operator-chat"


def test_logging_out_takes_the_session(browser: Any, app: Flask) -> None:
    """After it the browser is nobody's, and so is who copied its cookie; no other site, and no link, can do it.

    The same operator's browser at home stays in.
    """
    home = app.test_client()
    _log_in(home)
    assert browser.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/logout").status_code == 405
    assert browser.get(LIST).status_code == 200
    copy = browser.get_cookie(COOKIE).value
    assert browser.post("/logout", headers=OWN_ORIGIN).status_code == 303
    assert browser.get_cookie(COOKIE) is None
    assert browser.get(LIST).status_code == 401
    browser.set_cookie(COOKIE, copy)
    assert browser.get(LIST).status_code == 401
    assert home.get(LIST).status_code == 200
    assert browser.post("/logout", headers=OWN_ORIGIN).status_code == 303


def test_a_disabled_operator_is_out_at_once(
    browser: Client, client: Client, chat: OperatorChat, operator: dict[str, str]
) -> None:
    """Sessions and tokens end with the next request."""
    chat.operators.disable("Olga")
    assert browser.get(LIST).status_code == 401
    assert client.get(LIST, headers=operator).status_code == 401


def test_a_new_password_ends_every_session(browser: Client, chat: OperatorChat) -> None:
    """Whoever fears that a session was stolen changes the password."""
    chat.operators.set_password("Olga", hash_password("another horse"))
    assert browser.get(LIST).status_code == 401


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        (OWN_ORIGIN, True),
        ({}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://localhost"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"X-CSRF-Token": ""}, False),
        ({"X-CSRF-Token": "guessed"}, False),
    ],
)
def test_what_a_cookie_does_must_come_from_our_pages(
    browser: Client, anna: int, headers: dict[str, str], passes: bool
) -> None:
    """Another site can make a browser send its cookie, but not tell where it comes from as we do."""
    answer = browser.patch(LIST, json={"userId": anna, "status": "closed"}, headers=headers)
    if passes:
        assert answer.status_code == 200
    else:
        problem_of(answer, 403, "csrf_failed")
        assert browser.get(LIST).json["counts"]["open"] == 1


def test_the_sessions_own_token_proves_the_origin_too(
    browser: Any, anna: int, config: Config, chat: OperatorChat
) -> None:
    """A page that knows the session's token is ours, for browsers that tell nothing about origins."""
    signer = URLSafeTimedSerializer(session_secret(chat, config), salt="opchat session")
    _, token = signer.loads(browser.get_cookie(COOKIE).value)
    body = {"userId": anna, "status": "closed"}
    assert browser.patch(LIST, json=body, headers={"X-CSRF-Token": token}).status_code == 200


def test_a_program_with_a_token_need_not_prove_an_origin(client: Client, operator: dict[str, str], anna: int) -> None:
    """No browser adds a bearer token by itself."""
    assert client.patch(LIST, json={"userId": anna, "status": "closed"}, headers=operator).status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_cookie(browser: Client) -> None:
    """Who shows a token is judged by it."""
    problem_of(browser.get(LIST, headers={"Authorization": "Bearer wrong"}), 401, "unauthenticated")


def test_a_sign_in_link_is_good_once(app: Flask, chat: OperatorChat, config: Config, operator: dict[str, str]) -> None:
    """The demo's visitor clicks and is in; who finds the link later is not."""
    olga = chat.operators.find("Olga")
    assert olga is not None
    link = f"/login?ticket={sign_in_ticket(session_secret(chat, config), olga)}"
    visitor, finder = app.test_client(), create_app(chat, config).test_client()  # as in another process
    assert visitor.get(link).headers["Location"] == PAGE
    assert visitor.get(LIST).status_code == 200
    assert finder.get(link).status_code == 403
    assert finder.get(LIST).status_code == 401


def test_a_sign_in_link_cannot_be_made_from_a_session(
    client: Client, chat: OperatorChat, config: Config, operator: dict[str, str]
) -> None:
    """What was signed for one purpose is worth nothing for another."""
    session = _cookie(_log_in(client)).value
    assert client.get("/login", query_string={"ticket": session}).status_code == 403
    for forged in ("", "x", "a.b.c"):
        assert client.get("/login", query_string={"ticket": forged}).status_code == 403


def test_processes_share_the_secret_of_sessions(chat: OperatorChat, browser: Any, config: Config) -> None:
    """With nothing configured, a login at one worker is good at all of them."""
    from opchat_core import Config as Settings

    one, other = (create_app(chat, Settings()).test_client() for _ in range(2))
    value = _cookie(_log_in(one)).value
    other.set_cookie(COOKIE, value)
    assert other.get(LIST).status_code == 200
