"""One process of the server: makes the app from the environment, and ends with whoever started it."""

from __future__ import annotations

import atexit
import os
import signal
from multiprocessing import connection, parent_process
from threading import Thread

from opchat_core import Config, connect_config
from opchat_flask.app import create_app
from opchat_flask.front import Front


def application() -> Front:
    """Make the app of this process; the schema must be up to date."""
    chat = connect_config(Config.from_env(os.environ), migrated=True)
    atexit.register(chat.close)
    _end_with_parent()
    return Front(create_app(chat))


def _end_with_parent() -> None:
    """End when the process that started this one dies without a word: nobody else would end it, or free the port."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="opchat-parent", daemon=True).start()
