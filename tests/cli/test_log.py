"""The log: one line an event, and no token in it."""

from __future__ import annotations

import logging

from opchat_cli.log import EventFormatter

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
