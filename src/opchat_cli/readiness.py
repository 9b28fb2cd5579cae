"""Asking a server whether it is ready."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from threading import Event
from typing import Any

from opchat_core.errors import Unavailable

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


def ask_readiness(url: str) -> dict[str, Any]:
    """Read what a server says of its readiness, ready or not.

    Raises:
        Unavailable: If nobody answers there, or not as opchat does.
    """
    try:
        with _open(f"{url}/readyz", timeout=10) as response:
            content = response.read()
    except urllib.error.HTTPError as error:  # 503 has a body as well
        with error:
            content = error.read()
    except OSError as error:
        raise Unavailable(f"{url} cannot be reached ({getattr(error, 'reason', error)}).") from None
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or "warnings" not in told:
        raise Unavailable(f"{url} answers, but not as opchat's API does.")
    return told
