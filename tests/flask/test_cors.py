"""Which other origins' pages may post messages, and that they may do nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.flask.conftest import Client

from opchat_flask import create_app

if TYPE_CHECKING:
    from opchat_core import Config, OperatorChat

URL = "/api/chat-message"
HELLO = {"userId": 42, "messageText": "hello"}
SHOP = {"Origin": "https://shop.example"}
PREFLIGHT = {
    **SHOP,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}
ALLOWED = "Access-Control-Allow-Origin"


def _allowed_headers(answer: Any) -> set[str]:
    return {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}


def test_a_browser_may_ask_and_then_post(client: Client) -> None:
    """The preflight allows JSON and a token, without cookies; the answer can be read."""
    preflight = client.options(URL, headers=PREFLIGHT)
    assert preflight.status_code == 200
    assert preflight.headers[ALLOWED] == "*"
    assert _allowed_headers(preflight) == {"authorization", "content-type"}
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    answer = client.post(URL, json=HELLO, headers=SHOP)
    assert (answer.status_code, answer.headers[ALLOWED]) == (201, "*")


def test_a_page_can_read_what_was_wrong(client: Client) -> None:
    """Problems carry the same permission, or the page would see a mere network error."""
    for answer in (
        client.post(URL, json={}, headers=SHOP),
        client.post(URL, data=b"{", content_type="application/json", headers=SHOP),
        client.post(URL, data=b"", headers=SHOP),
        client.post(URL, json={**HELLO, "direction": "out"}, headers=SHOP),
    ):
        assert answer.status_code >= 400
        assert answer.headers[ALLOWED] == "*"


@pytest.mark.parametrize(
    "path", ["/api/operator-chats", "/api/chat-member", "/api/users/42/operator-chat", "/login", "/api/events"]
)
def test_nothing_else_is_open_to_other_origins(client: Client, operator: dict[str, str], path: str) -> None:
    """Operators' data is for our own pages."""
    assert ALLOWED not in client.options(path, headers={**PREFLIGHT, **operator}).headers
    assert ALLOWED not in client.post(path, headers={**SHOP, **operator}).headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True),
        ("http://[::1]:3000", True),
        ("https://shop.example.evil.example", False),
        ("http://shop.example", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_an_installation_may_name_the_origins(chat: OperatorChat, config: Config, origin: str, allowed: bool) -> None:
    """Only pages of the origins listed are let in, each told by its own name."""
    listed = attrs.evolve(config, cors_origins=("https://shop.example", "http://[::1]:3000"))
    client = create_app(chat, listed).test_client()
    answer = client.options(URL, headers={**PREFLIGHT, "Origin": origin})
    assert answer.headers.get(ALLOWED) == (origin if allowed else None)
    assert "Origin" in client.post(URL, json=HELLO, headers={"Origin": "https://shop.example"}).headers["Vary"]
