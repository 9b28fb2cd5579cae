"""Keeping bot tokens out of logs: the Bot API has them in every address, and HTTP libraries log addresses."""

from __future__ import annotations

import logging
import re

_IN_URL = re.compile(r"(/bot\d{1,20}):[A-Za-z0-9_-]+", re.ASCII)

_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


def redact(text: str) -> str:
    """Blot out the secret half of every token that stands in a Bot API address."""
    return _IN_URL.sub(r"\1:***", text)


class RedactTokens(logging.Filter):
    """Lets every record through, without tokens; put it on the loggers or handlers that may see an address."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record if its text holds a token."""
        text = record.getMessage()
        redacted = redact(text)
        if redacted != text:
            record.msg, record.args = redacted, None
        return True


def install() -> None:
    """Put the filter on the loggers of the HTTP client; doing it again changes nothing."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, RedactTokens) for one in logger.filters):
            logger.addFilter(RedactTokens())
