"""What every answer tells the browser: keep it, show it nowhere else, run nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client

from opchat_flask.headers import CONTENT_SECURITY_POLICY

if TYPE_CHECKING:
    from flask import Flask

EXPECTED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: What says the same to everybody, and holds nothing of anybody.
PUBLIC = ("/static/", "/api/openapi.json", "/healthz", "/readyz")
EVENTS = "/api/events"


def _addresses(app: Flask) -> list[tuple[str, str]]:
    """Every route with every method, filled in."""
    return [
        (method, rule.rule.replace("<user>", "42").replace("<seq>", "1").replace("<language>", "ru"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if "<" not in rule.rule.replace("<user>", "").replace("<seq>", "").replace("<language>", "")
        and rule.rule != EVENTS  # which never ends; it has a test of its own
    ]


def _insist(answer: Any, path: str) -> None:
    told = {name: answer.headers.get(name) for name in EXPECTED}
    assert told == EXPECTED, path
    if not path.startswith(PUBLIC):
        directives = {part.strip() for part in answer.headers.get("Cache-Control", "").split(",")}
        assert directives & {"no-store", "private"}, (path, directives)
        assert "public" not in directives, path


@pytest.mark.parametrize("who", ["client", "browser"])
def test_every_answer_of_every_route_is_guarded(
    app: Flask, anna: int, who: str, request: pytest.FixtureRequest
) -> None:
    """To strangers and operators, whether it is good or an error."""
    caller: Client = request.getfixturevalue(who)
    addresses = _addresses(app)
    assert len(addresses) > 20
    for method, path in addresses:
        answer = getattr(caller, method.lower())(path)
        assert answer.status_code != 500, path
        if method != "OPTIONS":
            _insist(answer, path)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/users/42/nothing", "/api/operator-chats/1"])
def test_errors_of_no_route_are_guarded_too(client: Client, path: str) -> None:
    """Nor is anything to be had from asking for what is not there."""
    for answer in (client.get(path), client.post(path, json={})):
        assert answer.status_code == 404
        _insist(answer, path)
    refused = client.put("/api/operator-chats")
    assert refused.status_code == 405
    _insist(refused, "/api/operator-chats")


def test_the_policy_lets_no_text_run() -> None:
    """No inline script or style, no eval, no foreign origin, no frame around the dashboard."""
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"


def test_browsers_that_came_over_https_come_no_other_way(client: Client) -> None:
    """Also behind a proxy; over HTTP the header says nothing, and is not sent."""
    name = "Strict-Transport-Security"
    assert name not in client.get("/login").headers
    year = "max-age=31536000"
    assert client.get("/login", base_url="https://localhost").headers[name] == year
    assert client.get("/login", headers={"X-Forwarded-Proto": "https"}).headers[name] == year


def test_the_stream_of_changes_is_guarded_too(browser: Client, client: Client) -> None:
    """Nothing that stands in between keeps it."""
    _insist(client.get(EVENTS), EVENTS)
    with browser.get(EVENTS, buffered=False) as stream:
        assert stream.status_code == 200
        _insist(stream, EVENTS)
