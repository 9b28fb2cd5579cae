"""The dashboard's shell, its files and its languages, over HTTP."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.flask.conftest import Client

LIST = "/dashboard/operator-chats"


def config_of(page: str) -> dict[str, object]:
    """What the shell hands to its scripts."""
    match = re.search(r'<script type="application/json" id="opchat-config">(.*?)</script>', page, re.DOTALL)
    assert match
    found: dict[str, object] = json.loads(match[1])
    return found


def test_the_way_in_leads_to_the_list(client: Client) -> None:
    """The bare address leads to the dashboard, and that to the login first."""
    assert client.get("/").location == LIST
    answer = client.get(LIST)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


@pytest.mark.parametrize("address", [LIST, "/dashboard/users/42/operator-chat"])
def test_both_addresses_answer_with_the_same_shell(browser: Client, address: str) -> None:
    """It says who is logged in and how to speak, and nothing of any chat."""
    config = config_of(browser.get(address).text)
    assert config.keys() == {"base", "login", "operator", "language", "strings", "chatStrings"}
    assert (config["base"], config["operator"], config["language"]) == ("", "Olga", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("de,ru;q=0.4,en;q=0.7", "en"), ("de", "en"), ("", "en")],
)
def test_the_browsers_language_decides(client: Client, header: str, language: str) -> None:
    """The best of what the browser asks for, and English for everyone else."""
    assert f'<html lang="{language}">' in client.get("/login", headers={"Accept-Language": header}).text


def test_the_switch_decides_over_the_browser(client: Client) -> None:
    """What was chosen is remembered, and the way leads back."""
    answer = client.get("/dashboard/language/ru?next=/login")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert '<html lang="ru">' in client.get("/login", headers={"Accept-Language": "en"}).text
    assert client.get("/dashboard/language/tlh").status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
)
def test_the_switch_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    """A link that somebody else made cannot send the visitor away."""
    assert client.get("/dashboard/language/en", query_string={"next": elsewhere}).location == LIST


def test_files_are_kept_for_good_at_their_versions_address_only(browser: Client) -> None:
    """An upgrade changes the address, so that no browser mixes old scripts with new ones."""
    address = re.search(r'src="(/dashboard/assets/[0-9a-f]+/js/main\.js)"', browser.get(LIST).text)
    assert address
    plain = browser.get(address[1], buffered=True)
    assert plain.mimetype == "text/javascript"
    assert "immutable" in plain.headers["Cache-Control"]
    packed = browser.get(address[1], headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    old = browser.get("/dashboard/assets/0123456789ab/js/main.js", buffered=True)
    assert "immutable" not in old.headers["Cache-Control"]
    assert browser.get("/dashboard/assets/x/../pages.py").status_code == 404
