"""Waiting for a server of one's own."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from threading import Event

_POLL = 0.05  # seconds
_log = logging.getLogger(__name__)

# What stands in the environment about proxies is not meant for this machine.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def await_ready(url: str, stop: Event) -> bool:
    """Wait until a server on this machine is ready; False when told to stop before."""
    while not stop.wait(_POLL):
        try:
            with _open(f"{url}/readyz", timeout=2):
                return True
        except OSError as error:  # of which URLError is one
            _log.debug("server.not_ready", extra={"reason": str(error)})
    return False
