"""One process of the server: makes the app from the environment, and ends with whoever started it."""

from __future__ import annotations

import atexit
import os
import signal
import socket
from multiprocessing import connection, parent_process
from threading import Thread
from typing import TYPE_CHECKING

from opchat_core import Config, connect_config
from opchat_flask.app import create_app
from opchat_flask.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def application() -> Flask:
    """Make the app of this process; the schema must be up to date."""
    chat = connect_config(Config.from_env(os.environ), migrated=True)
    atexit.register(chat.close)
    streams = Streams()
    _at_signal(streams.stop)
    _end_with_parent()
    return create_app(chat, streams=streams)


def _at_signal(act: Callable[[], None]) -> None:
    """Act when the process is told to end, beside granian, which then waits for what is under way.

    granian sets its own signal handlers after the app is made, so ours would be lost; Python writes the number of every
    signal that it handles to this descriptor, whoever handles it.
    """
    told, tells = socket.socketpair()
    tells.setblocking(False)  # noqa: FBT003 - positional only
    signal.set_wakeup_fd(tells.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        with tells, told:
            while number := told.recv(1):
                if number[0] in {signal.SIGTERM, signal.SIGINT}:
                    act()

    Thread(target=watch, name="opchat-signals", daemon=True).start()


def _end_with_parent() -> None:
    """End when the process that started this one dies without a word: nobody else would end it, or free the port."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="opchat-parent", daemon=True).start()
