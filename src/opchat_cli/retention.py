"""Erasing what is older than the company wants to keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from opchat_core import OperatorChat
from opchat_core.errors import Unavailable

_log = logging.getLogger(__name__)

BATCH = 100
"""Chats that are erased in a row, each in a transaction of its own, before looking whether the program is to end."""

PAUSE = timedelta(hours=1)
"""How long to wait when nothing is old enough."""


def retention(chat: OperatorChat, idle_for: timedelta) -> Callable[[Event], None]:
    """Make the job that erases chats in which nobody has written for that long; any number may run beside each other.

    Args:
        chat: Whose chats.
        idle_for: How long they are kept.
    """

    def job(stop: Event) -> None:
        while not stop.is_set():
            try:
                gone = chat.expire(idle_for=idle_for, limit=BATCH)
            except Unavailable as error:
                _log.warning("retention.put_off", extra={"reason": str(error)})
                stop.wait(error.retry_after.total_seconds())
                continue
            if gone:
                _log.info("retention.erased", extra={"chats": gone})
            if gone < BATCH:
                stop.wait(PAUSE.total_seconds())

    return job
