"""A delivery worker in a process of its own, as `opchat deliver` is, with the limits that a test needs.

``python worker.py <database url> <token> <Telegram's address> <limits as JSON>``
"""

from __future__ import annotations

import json
import logging
import signal
import sys
from datetime import timedelta
from threading import Event

from tests.support.stores import UNHURRIED, postgres_store

from opchat_core.delivery import PACE, Courier
from opchat_core.telegram import TelegramSender

_log = logging.getLogger("worker")


def main(database_url: str, token: str, api_url: str, limits: str) -> None:
    """Deliver until SIGTERM.

    Args:
        database_url: The database, with the schema.
        token: The bot's.
        api_url: Of Telegram.
        limits: ``lease`` and ``max_age`` in seconds, how many ``workers``, and ``hurry``: whether to send without
            regard to Telegram's limits.
    """
    given = json.loads(limits)
    logging.basicConfig(format="%(message)s")
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    sender = TelegramSender(token, api_url)
    with postgres_store(database_url) as store:
        courier = Courier(
            store,
            {"operator": sender},
            lease=timedelta(seconds=given["lease"]),
            max_age=timedelta(seconds=given["max_age"]),
            pace=UNHURRIED if given["hurry"] else PACE,
        )
        _log.warning("delivering")
        courier.run(stop, workers=given["workers"])
    sender.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
