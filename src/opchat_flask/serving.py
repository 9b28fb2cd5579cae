"""Serving the app for real: granian, with workers that are processes of their own.

granian speaks HTTP outside Python and calls :class:`~opchat_flask.front.Front` in an event loop.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import tempfile
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from opchat_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 10_000
"""Connections of a worker, event streams included."""

BACKLOG = 1024
"""Connections that may wait for a worker to take them."""

KILL_AFTER = 8
"""Seconds that a worker has to end by itself."""

TARGET = "opchat_flask.worker:application"

_COUNTERS = "PROMETHEUS_MULTIPROC_DIR"  # what prometheus_client looks for; the workers inherit it


@contextmanager
def counted_together() -> Iterator[None]:
    """Let this process and those that it starts count together, for ``/metrics``, until the context ends.

    To be entered before anything is counted. Where ``PROMETHEUS_MULTIPROC_DIR`` is set already, it stays as it is.
    """
    if os.environ.get(_COUNTERS):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="opchat-metrics-") as directory:
        os.environ[_COUNTERS] = directory
        try:
            yield
        finally:
            del os.environ[_COUNTERS]


def serve(
    host: str = "127.0.0.1",
    port: int = 3001,
    *,
    workers: int = 1,
    target: str = TARGET,
    on_start: Callable[[], object] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is under way and return within ten seconds.

    To be called in the main thread. Workers are started afresh, not forked, and read their settings from this process's
    environment; the schema must be up to date before. From here on this process starts all its child processes afresh.

    Args:
        host: The address to listen on.
        port: The port, 1 to 65535.
        workers: How many processes share the port.
        target: ``module:function`` that makes the WSGI app in each of them.
        on_start: Called once, when the port is ours and the workers are about to start.

    Raises:
        ConfigError: If the address cannot be listened on.
        SystemExit: With a status other than 0, if a worker died.
    """
    insist_on_free(host, port)
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
        log_access=False,
        factory=True,
        workers_kill_timeout=KILL_AFTER,
    )
    server.on_startup(on_start)
    server.serve()


def insist_on_free(host: str, port: int) -> None:
    """Make sure that nobody listens on an address; granian would share the port with whoever does.

    Raises:
        ConfigError: If somebody does, or the address is not ours.
    """
    try:
        [(family, kind, protocol, _name, address), *_others] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigError(f"Cannot listen on {host} port {port}: {error.strerror or error}.") from None
