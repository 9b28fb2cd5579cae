"""The application that granian runs in each process of the server."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from opchat_flask.front.bridge import Bridge, read_body
from opchat_flask.front.broadcast import Broadcast
from opchat_flask.front.express import Express
from opchat_flask.front.rsgi import Closed
from opchat_flask.mount import mount_of

if TYPE_CHECKING:
    import asyncio

    from flask import Flask

    from opchat_flask.front.rsgi import Connection, Scope

THREADS = 64
"""Requests under way at once in a process."""


class Front:
    """A Flask app of opchat's, and what a thread for each connection would be too much for.

    Args:
        app: The app.
    """

    def __init__(self, app: Flask) -> None:
        self._mount = mount_of(app)
        self._bridge = Bridge(app, threads=THREADS)
        self._express = Express(self._mount)
        self._broadcast: Broadcast

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; granian calls this once, before the loop runs."""
        self._broadcast = Broadcast(self._mount.chat, loop, on_use=self._mount.streams.on_use)
        for number in (signal.SIGINT, signal.SIGTERM):
            # Beside granian, which hears of signals by the loop and then waits for what is under way.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._broadcast.stop))

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """End; granian calls this when nothing is under way any more."""
        self._broadcast.stop()
        self._broadcast.close()
        self._express.close()
        self._bridge.close()

    async def __rsgi__(self, scope: Scope, connection: Connection) -> None:
        """Answer one request."""
        try:
            body = await read_body(scope, connection)
        except Closed:  # the caller went away in the middle of it, and nobody is there to be answered
            return
        if body is None:
            connection.response_empty(408, [("Connection", "close")])
            return
        is_usual = self._express.takes(scope)
        if is_usual and await self._express.answer(body, connection):
            return
        answer = await self._bridge.run(scope, body, self._broadcast.ready)
        if is_usual:
            self._express.learn(answer)
        if answer.still_in is None:
            answer.write(connection)
        else:
            self._broadcast.begin(connection, answer, answer.still_in)
