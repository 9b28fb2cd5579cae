"""Hears all that a run of the tests logs, prints and answers; a test fails that told a secret or had an accident.

A secret is whatever becomes one while the tests run: tokens and keys of every :class:`~opchat_core.Config`, passwords
that are hashed, API tokens that are issued. An accident is an answer of status 500, or a traceback of ours in a log. A
test that brings one about on purpose says so: ``@pytest.mark.accident``.

It is a plugin of pytest, at work in every test.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any

import argon2
import httpx
import pytest
import werkzeug.test
from tests.support.processes import Processes, RunningProcess

from opchat_core import Config
from opchat_core.operators import Operators

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from opchat_core.model import ApiToken

#: Shorter ones stand in a log by chance; no password, token or key of an installation can be so short.
_SHORTEST = 10
#: What stands at the end of a log is in it.
_ENOUGH = 2**20
#: `opchat simulator` gives out the token of the bot that it plays, to be copied.
_GIVEN = re.compile(r"^  OPERATOR_BOT_TOKEN=\S+$", re.MULTILINE)
_TELEGRAM = re.compile(r"/(file/)?bot[0-9]")
#: A traceback that went through code of ours: python-telegram-bot logs some of its own, of what Telegram answered.
_ACCIDENT = re.compile(r"Traceback \(most recent call last\):\n(?:[ ].*\n)*?.*/opchat_\w+/.*\n(?:[ ].*\n)*.*")


class Witness:
    """Remembers secrets for the whole run, and what was heard since the last look."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        self._heard: list[tuple[str, str]] = []
        self._records: list[logging.LogRecord] = []
        self._accidents: list[str] = []

    def keep(self, what: str, secret: str | None) -> None:
        """Remember a secret, and what kind of one it is."""
        if secret and len(secret) >= _SHORTEST:
            self._secrets.setdefault(secret, what)

    def hear(self, where: str, text: str) -> None:
        """Remember a text, and where it was."""
        self._heard.append((where, text[-_ENOUGH:]))

    def hear_record(self, record: logging.LogRecord) -> None:
        """Remember a record; it is read at the next look, when every filter has done its work on it."""
        self._records.append(record)

    def hear_answer(self, where: str, status: int, text: str) -> None:
        """Remember an answer of a server."""
        self.hear(where, text)
        if status == httpx.codes.INTERNAL_SERVER_ERROR:
            self._accidents.append(f"{where} was 500")

    def hear_program(self, running: RunningProcess) -> None:
        """Remember what a program has written."""
        output, name = running.output(), running.stdout.stem
        self.hear(f"the output of {name}", _GIVEN.sub("", output))
        self._accidents += [f"{name} wrote a {found}" for found in _ACCIDENT.findall(output)]

    def look(self) -> tuple[list[str], list[str]]:
        """Say which secrets were told where, and which accidents were heard of, since the last look."""
        records, self._records = self._records, []
        for record in records:
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
            self.hear(f"the log of {record.name}", f"{record.getMessage()} {vars(record)} {trace}")
            if trace and record.levelno >= logging.ERROR:
                self._accidents += [f"{record.name} logged a {found}" for found in _ACCIDENT.findall(trace)]
        heard, self._heard = self._heard, []
        accidents, self._accidents = self._accidents, []
        told = {
            f"{what} in {where}" for where, text in heard for secret, what in self._secrets.items() if secret in text
        }
        return sorted(told), accidents


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Listen from now on."""
    witness = Witness()
    config.pluginmanager.register(_Watch(witness), "opchat-witness")
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    logging.setLogRecordFactory(_listening_factory(witness, config))
    _listen_to_answers(witness, patch)
    _listen_to_programs(witness, patch)
    _learn_secrets(witness, patch)


class _Watch:
    """Looks after each test, fixtures included."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        """Fail the test that told a secret or had an accident."""
        yield
        told, accidents = self._witness.look()
        assert not told, "secrets were told: " + "; ".join(told)
        if item.get_closest_marker("accident") is None:
            assert not accidents, "\n".join(accidents)


def _listening_factory(witness: Witness, config: pytest.Config) -> Callable[..., logging.LogRecord]:
    make = logging.getLogRecordFactory()
    config.add_cleanup(lambda: logging.setLogRecordFactory(make))

    def heard(*arguments: Any, **named: Any) -> logging.LogRecord:
        record = make(*arguments, **named)
        witness.hear_record(record)
        return record

    return heard


def _listen_to_answers(witness: Witness, patch: pytest.MonkeyPatch) -> None:
    of_flask, of_httpx, of_async_httpx = werkzeug.test.Client.open, httpx.Client.send, httpx.AsyncClient.send

    def open_(self: werkzeug.test.Client, *arguments: Any, **named: Any) -> werkzeug.test.TestResponse:
        answer = of_flask(self, *arguments, **named)
        text = "" if answer.mimetype == "text/event-stream" else answer.get_data().decode(errors="replace")
        where = f"the answer to {answer.request.method} {answer.request.path}"
        witness.hear_answer(where, answer.status_code, f"{answer.headers} {text}")
        return answer

    def heard(answer: httpx.Response, *, stream: bool) -> httpx.Response:
        path = answer.request.url.path
        if not _TELEGRAM.match(path):  # whose answers are not ours, and whose addresses hold the token
            text = "" if stream else answer.text
            where = f"the answer to {answer.request.method} {path}"
            witness.hear_answer(where, answer.status_code, f"{answer.headers!r} {text}")
        return answer

    def send(self: httpx.Client, request: httpx.Request, *, stream: bool = False, **named: Any) -> httpx.Response:
        return heard(of_httpx(self, request, stream=stream, **named), stream=stream)

    async def send_async(
        self: httpx.AsyncClient, request: httpx.Request, *, stream: bool = False, **named: Any
    ) -> httpx.Response:
        return heard(await of_async_httpx(self, request, stream=stream, **named), stream=stream)

    patch.setattr(werkzeug.test.Client, "open", open_)
    patch.setattr(httpx.Client, "send", send)
    patch.setattr(httpx.AsyncClient, "send", send_async)


def _listen_to_programs(witness: Witness, patch: pytest.MonkeyPatch) -> None:
    stop_all = Processes.stop_all

    def heard(self: Processes) -> None:
        stop_all(self)
        for running in self.started:
            witness.hear_program(running)

    patch.setattr(Processes, "stop_all", heard)


def _learn_secrets(witness: Witness, patch: pytest.MonkeyPatch) -> None:
    make_config, hash_password, issue_token = Config.__init__, argon2.PasswordHasher.hash, Operators.issue_token

    def config(self: Config, **settings: Any) -> None:
        make_config(self, **settings)
        witness.keep("the bot token", self.bot_token)
        witness.keep("the ingest token", self.ingest_token)
        witness.keep("the session key", self.secret_key)

    def hashed(self: argon2.PasswordHasher, password: str | bytes, **named: Any) -> str:
        witness.keep("a password", str(password))
        return hash_password(self, password, **named)

    def issued(self: Operators, *arguments: Any, **named: Any) -> ApiToken:
        token = issue_token(self, *arguments, **named)
        witness.keep("an API token", token.secret)
        return token

    patch.setattr(Config, "__init__", config)
    patch.setattr(Operators, "issue_token", issued)
    patch.setattr(argon2.PasswordHasher, "hash", hashed)
