"""The log of the programs: one line an event on standard error, for people or for programs.

Every record of opchat has a name for its text, such as ``bot.api_away``, and what belongs to it as extras: see
docs/reference/logs.md, which the tests compare with the code.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from opchat_core.errors import ConfigError
from opchat_core.telegram import RedactTokens, redact

_OURS = ("opchat_core", "opchat_flask", "opchat_bot", "opchat_cli")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@")
_PLAIN = (bool, int, float, str, type(None))


class LogFormat(StrEnum):
    """How a line is written: for people, or as a JSON object."""

    TEXT = "text"
    JSON = "json"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> LogFormat:
        """Read ``OPCHAT_LOG``.

        Raises:
            ConfigError: If it is neither of the two.
        """
        text = environ.get("OPCHAT_LOG", "").strip() or cls.TEXT
        try:
            return cls(text)
        except ValueError:
            raise ConfigError(f"OPCHAT_LOG must be {' or '.join(cls)}") from None


class EventFormatter(logging.Formatter):
    """Writes time, level, event and extras in one line; no bot token gets through, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record, with its traceback below when it has one."""
        extras = [f"{name}={_value(value)}" for name, value in _extras(record).items()]
        line = [_moment(record), record.levelname.lower(), record.getMessage(), *extras]
        if record.exc_info:
            line.append("\n" + self.formatException(record.exc_info))
        return redact(" ".join(line))


class JsonFormatter(logging.Formatter):
    """Writes a record as a JSON object in one line, its traceback included; no bot token gets through."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; extras that JSON does not know are written as text."""
        told = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **{name: value if isinstance(value, _PLAIN) else str(value) for name, value in _extras(record).items()},
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return redact(json.dumps(told))


_FORMATTERS: dict[LogFormat, type[logging.Formatter]] = {LogFormat.TEXT: EventFormatter, LogFormat.JSON: JsonFormatter}


def log_to_stderr(level: int, form: LogFormat = LogFormat.TEXT) -> None:
    """Set up the log of this process.

    Args:
        level: Of opchat's own events; libraries are heard one level above.
        form: How lines are written.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_FORMATTERS[form]())
    handler.addFilter(RedactTokens())
    logging.basicConfig(level=level + 10, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _value(value: object) -> str:
    text = str(value)
    return text if text and _BARE.issuperset(text) else json.dumps(text, ensure_ascii=False)
