"""The witness of all tests: it notices what it is there for, in whatever way it is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.processes import Processes

SECRET = "a-secret-that-nobody-may-hear"

TOLD = """
import logging, sys
import argon2, flask, httpx, pytest
from opchat_core import Config
from tests.support.processes import Processes
from opchat_core.telegram import RedactTokens

CONFIG = Config(secret_key="{secret}", bot_token="123456:tells-whose-bot-it-is")
_APP = flask.Flask(__name__)

@_APP.get("/told")
def told():
    return CONFIG.secret_key

@_APP.get("/broken")
def broken():
    flask.abort(500)

def test_in_a_log():
    logging.getLogger("x").warning("the key is %s", CONFIG.secret_key)

def test_in_an_extra():
    logging.getLogger("x").warning("key", extra=dict(key=CONFIG.secret_key))

def test_in_a_traceback():
    try:
        raise ValueError(CONFIG.secret_key)
    except ValueError:
        logging.getLogger("x").warning("refused", exc_info=True)

def test_in_an_answer():
    _APP.test_client().get("/told")

def test_in_an_answer_over_http():
    with httpx.Client(transport=httpx.WSGITransport(_APP), base_url="http://x") as client:
        client.get("/told")

def test_in_the_output_of_a_program(tmp_path):
    started = Processes(tmp_path)
    started.python("-c", "print('the key is ' + '{secret}')")
    started.started[0].wait()
    started.stop_all()

def test_a_password():
    argon2.PasswordHasher(1, 8, 1).hash("correct horse of the witness")
    logging.getLogger("x").warning("correct horse of the witness")

def test_an_answer_of_500():
    _APP.test_client().get("/broken")

def test_an_accident_in_a_log():
    try:
        Config.from_env(None)
    except AttributeError:
        logging.getLogger("x").exception("broken")

@pytest.mark.accident
def test_good_an_accident_on_purpose():
    _APP.test_client().get("/broken")

def test_good_a_token_that_is_masked():
    logger = logging.getLogger("y")
    logger.addFilter(RedactTokens())
    logger.warning("POST /bot%s/getMe", CONFIG.bot_token)

def test_good_words():
    logging.getLogger("x").warning("nothing is told")
"""


@pytest.mark.accident  # of the tests inside
def test_the_witness_notices_what_it_is_there_for(processes: Processes, tmp_path: Path) -> None:
    """A secret in a log, an extra, a traceback, an answer or an output; an answer of 500; a traceback: each fails."""
    file = tmp_path / "test_told.py"
    file.write_text(TOLD.format(secret=SECRET))
    plugins = ("-p", "no:cacheprovider", "-p", "tests.support.witness")
    options = (*plugins, "-W", "ignore", "-o", "markers=accident", "-rpEfs", "--color=no")
    root = str(Path(__file__).parents[2])
    run = processes.python("-m", "pytest", *options, str(file), environment={"PYTHONPATH": root})
    assert run.wait() == 1
    lines = run.output()
    for line in TOLD.splitlines():
        if line.startswith("def test_"):
            name = line.removeprefix("def ").partition("(")[0]
            assert (f"ERROR test_told.py::{name}" in lines) == ("_good_" not in name), lines
            assert f"PASSED test_told.py::{name}" in lines
