"""No address of ours leads a visitor to another site, however the way back is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest
from tests.flask.conftest import OWN_ORIGIN, PASSWORD, Client

if TYPE_CHECKING:
    from flask import Flask

HOSTILE = [
    "https://evil.example",
    "http:evil.example",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\r/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x01https://evil.example",
    "/\x0b/evil.example",
    "/\u2028/evil.example",
    "/\u00a0/evil.example",
    "\ufeff//evil.example",
    "\uff0f\uff0fevil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://localhost@evil.example",
    "https://evil.example#localhost",
    "localhost.evil.example",
    ".evil.example",
    "@evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "?next=//evil.example",
    "#//evil.example",
    "/a\r\nSet-Cookie: opchat_session=x",
    "/a\r\n\r\n<script>alert(1)</script>",
]


def _as_browsers_read(location: str) -> str:
    """Drop what browsers drop and turn what they turn (https://url.spec.whatwg.org/#concept-basic-url-parser)."""
    text = "".join(letter for letter in location if letter not in "\t\r\n")
    return text.strip("".join(map(chr, range(33)))).replace("\\", "/")


def _insist_on_home(answer: Any) -> None:
    location = answer.headers.get("Location")
    assert location is not None
    assert urlsplit(urljoin("http://localhost/login", _as_browsers_read(location))).netloc == "localhost"
    assert len(answer.headers.getlist("Set-Cookie")) <= 1


@pytest.mark.parametrize("wanted", HOSTILE)
def test_the_login_leads_home(app: Flask, client: Client, operator: dict[str, str], wanted: str) -> None:
    """By its form, by its address, and for whoever is in already."""
    data = {"name": "Olga", "password": PASSWORD, "next": wanted}
    _insist_on_home(client.post("/login", data=data, headers=OWN_ORIGIN))
    _insist_on_home(client.get("/login", query_string={"next": wanted}))
    shown = app.test_client().get("/login", query_string={"next": wanted})
    assert "evil.example" not in shown.text
    assert "<script>alert" not in shown.text


@pytest.mark.parametrize("wanted", HOSTILE)
def test_the_switch_of_languages_leads_home(client: Client, wanted: str) -> None:
    """It needs no login, so that anybody could send anybody through it."""
    _insist_on_home(client.get("/dashboard/language/ru", query_string={"next": wanted}))


def test_a_made_up_host_leads_nowhere(client: Client) -> None:
    """Addresses in answers name no host, so that a poisoned one goes nowhere."""
    for path in ("/", "/dashboard/operator-chats", "/dashboard/users/42/operator-chat"):
        assert client.get(path, headers={"Host": "evil.example"}).headers["Location"].startswith("/")
