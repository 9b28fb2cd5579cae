"""Guessing passwords: slow for who guesses, unnoticed by who knows, and telling nothing."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from tests.flask.conftest import OWN_ORIGIN, PASSWORD, Client

from opchat_core import Config, connect_config
from opchat_flask import create_app

if TYPE_CHECKING:
    from flask import Flask

STRANGER = {"REMOTE_ADDR": "203.0.113.7"}
OFFICE = {"REMOTE_ADDR": "203.0.113.8"}


def _try(client: Client, name: str, password: str = PASSWORD[::-1], place: dict[str, str] = STRANGER) -> Any:
    return client.post("/login", data={"name": name, "password": password}, headers=OWN_ORIGIN, environ_base=place)


def test_guesses_have_an_end(client: Client, operator: dict[str, str]) -> None:
    """The eleventh try is turned away with the time to wait, be the password right by now."""
    assert [_try(client, "Olga").status_code for _ in range(10)] == [401] * 10
    refused = _try(client, "Olga", PASSWORD)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Cache-Control"] == "no-store"
    assert "Too many tries" in refused.text
    assert "Set-Cookie" not in refused.headers
    assert PASSWORD not in refused.text


def test_whoever_guesses_locks_nobody_out(app: Flask, client: Client, operator: dict[str, str]) -> None:
    """Olga comes from the office and is in, and a colleague gets in from where the guesses come."""
    for _ in range(12):
        _try(client, "Olga")
    assert _try(app.test_client(), "Olga", PASSWORD, OFFICE).status_code == 303
    assert _try(app.test_client(), "Boris").status_code == 401  # judged, not turned away


def test_the_end_of_guessing_does_not_tell_whether_there_is_such_a_name(
    client: Client, operator: dict[str, str]
) -> None:
    """As many tries, the same status, the same words."""
    olga, nobody = ([_try(client, name) for _ in range(12)] for name in ("Olga", "Nobody"))
    assert [answer.status_code for answer in olga] == [answer.status_code for answer in nobody]
    assert olga[-1].text.replace("Olga", "Nobody") == nobody[-1].text


def test_guessing_names_has_an_end_too(client: Client, operator: dict[str, str]) -> None:
    """One password for many names: a hundred are judged, and a few that grow back meanwhile; then it is over."""
    answers = iter(_try(client, f"name-{number}", "").status_code for number in range(200))
    judged = len(list(takewhile(lambda status: status == 401, answers)))
    assert 100 <= judged < 150


def test_who_mistypes_and_gets_in_begins_anew(app: Flask, client: Client, operator: dict[str, str]) -> None:
    """Forgetful people are no attackers."""
    for _ in range(3):
        assert [_try(client, "Olga").status_code for _ in range(9)] == [401] * 9
        assert _try(app.test_client(), "Olga", PASSWORD).status_code == 303


def test_processes_count_guesses_together(app: Flask, config: Config, operator: dict[str, str]) -> None:
    """A second server does not double them."""
    with connect_config(config, migrated=True) as other:
        clients = (app.test_client(), create_app(other, config).test_client())
        came = [_try(client, "Olga").status_code for _ in range(6) for client in clients]
    assert came == [401] * 10 + [429] * 2
