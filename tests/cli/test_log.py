"""The log: one line an event, and no token in it."""

from __future__ import annotations

import json
import logging

import pytest

from opchat_cli.log import EventFormatter, JsonFormatter, LogFormat
from opchat_core.errors import ConfigError

TOKEN = "123456:AAF-secret"


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger("opchat_cli").makeRecord(
        "opchat_cli", logging.INFO, "f", 1, message, (), None, extra=extra
    )


def test_an_event_is_one_line_with_its_extras() -> None:
    """Time, level, name, and what belongs to it; values with spaces are quoted."""
    line = EventFormatter().format(record("delivery.resumed", bot_type="operator", reason='it said "no"\nand left'))
    assert line.endswith(r'Z info delivery.resumed bot_type=operator reason="it said \"no\"\nand left"')
    assert "\n" not in line


def test_no_token_passes_wherever_it_stands() -> None:
    """In the text, in an extra, or in a traceback: the secret half is blotted out."""
    url = f"https://api.telegram.org/bot{TOKEN}/getMe"
    broken = record(f"asked {url}", address=url)
    broken.exc_info = (RuntimeError, RuntimeError(url), None)
    line = EventFormatter().format(broken)
    assert "RuntimeError" in line
    assert "AAF-secret" not in line
    assert line.count("/bot123456:***/getMe") == 3


def test_a_program_reads_the_same_as_json() -> None:
    """One object a line: numbers stay numbers, what JSON does not know is text, and no token passes."""
    written = record("delivery.result_too_late", attempts=3, key=("operator", 42), address=f"/bot{TOKEN}/getMe")
    written.exc_info = (RuntimeError, RuntimeError("two\nlines"), None)
    line = JsonFormatter().format(written)
    told = json.loads(line)
    assert "\n" not in line
    assert told["event"] == "delivery.result_too_late"
    assert told["level"] == "info"
    assert told["logger"] == "opchat_cli"
    assert told["time"].endswith("Z")
    assert (told["attempts"], told["key"], told["address"]) == (3, "('operator', 42)", "/bot123456:***/getMe")
    assert "RuntimeError: two" in told["traceback"]


def test_the_environment_says_which() -> None:
    """``OPCHAT_LOG`` is text unless it says otherwise, and a word that nobody knows is refused."""
    assert LogFormat.from_env({}) is LogFormat.TEXT
    assert LogFormat.from_env({"OPCHAT_LOG": "json"}) is LogFormat.JSON
    with pytest.raises(ConfigError, match="OPCHAT_LOG must be text or json"):
        LogFormat.from_env({"OPCHAT_LOG": "xml"})
