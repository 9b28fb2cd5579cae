"""The log of the programs: one line an event on standard error, with what belongs to it as ``key=value``."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from opchat_core.telegram import RedactTokens, redact

_OURS = ("opchat_core", "opchat_flask", "opchat_bot", "opchat_cli")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@")


class EventFormatter(logging.Formatter):
    """Writes time, level, event and extras in one line; no bot token gets through, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record, with its traceback below when it has one."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        extras = [f"{name}={_value(value)}" for name, value in vars(record).items() if name not in _STANDARD]
        line = [moment.replace("+00:00", "Z"), record.levelname.lower(), record.getMessage(), *extras]
        if record.exc_info:
            line.append("\n" + self.formatException(record.exc_info))
        return redact(" ".join(line))


def log_to_stderr(level: int) -> None:
    """Set up the log of this process.

    Args:
        level: Of opchat's own events; libraries are heard one level above.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter())
    handler.addFilter(RedactTokens())
    logging.basicConfig(level=level + 10, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def _value(value: object) -> str:
    text = str(value)
    return text if text and _BARE.issuperset(text) else json.dumps(text, ensure_ascii=False)
