"""Ports for servers that are told where to listen."""

from __future__ import annotations

import secrets
import socket

#: Above the ports of well-known services and below those that systems give to outgoing connections (from 32768 on
#: Linux, from 49152 elsewhere): between the choice and the start of the server no connection of a test beside takes it.
_PORTS = range(15_000, 32_000)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
