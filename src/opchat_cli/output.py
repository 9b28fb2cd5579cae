"""Writing results to standard output, whatever the terminal can show."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from opchat_core.model import rules

TICK = "\N{CHECK MARK}"
CROSS = "\N{BALLOT X}"
_PLAIN = {TICK: "ok  ", CROSS: "FAIL"}


class _UserId(click.ParamType[int]):
    """A Telegram user id."""

    name = "user_id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the id as the API does."""
        try:
            return rules.telegram_id(value)
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)


USER_ID = _UserId()
"""The type of an argument that names a user."""

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
"""The option of commands whose result programs may read."""


def to_json(value: Any, *, encoding: str | None = None) -> str:
    """Write JSON in one line that the encoding (by default, of standard output) can hold."""
    readable = (encoding or sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(value, ensure_ascii=not readable)


def mark(*, good: bool) -> str:
    """A tick or a cross, in words where standard output knows no such letters."""
    sign = TICK if good else CROSS
    try:
        sign.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        sign = _PLAIN[sign]
    return click.style(sign, fg="green" if good else "red", bold=True)
