"""Keeps the bot's token out of logs.

httpx logs the URL of every request at INFO, and python-telegram-bot the base URL at DEBUG; both hold the token.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

#: The loggers that write URLs of the Bot API. A filter on a logger works whatever handlers the program has.
_TALKATIVE = ("httpx", "telegram.Bot", "telegram.ext.ExtBot")

MASK = "<token>"


class Redaction(logging.Filter):
    """A logging filter, for a logger or a handler, that masks a secret in the message.

    Args:
        secret: What must not be seen; also as it looks inside a URL.
    """

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._forms = {secret, quote(secret, safe="")}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Redaction) and self._forms == other._forms

    def __hash__(self) -> int:
        return hash(frozenset(self._forms))

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the secret; every record passes."""
        text = masked = record.getMessage()
        for form in self._forms:
            masked = masked.replace(form, MASK)
        if masked != text:
            record.msg, record.args = masked, None
        return True


def keep_out_of_logs(token: str) -> None:
    """Mask a bot's token in what httpx and python-telegram-bot log; doing it again changes nothing."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(Redaction(token))  # equal filters are added once
