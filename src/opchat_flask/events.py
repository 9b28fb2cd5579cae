"""The stream of changes: a hint to look again, never the data itself."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from flask import Blueprint, Response, copy_current_request_context, request

from opchat_core.errors import Unavailable
from opchat_flask.auth import identification, require_operator
from opchat_flask.headers import guard
from opchat_flask.mount import current_mount
from opchat_flask.problems import answer_with_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opchat_core.ports import Change, Subscription
    from opchat_flask.streams import Streams

events = Blueprint("opchat_events", __name__)
events.before_request(require_operator)
guard(events)
answer_with_problems(events)

TAKE_OVER = "opchat.take_over"
"""In the environment of a request: a server's offer to serve the stream itself once the view has let the caller in.

A function that is given what asks whether the caller may still listen, and raises ``Unavailable`` where that cannot be.
"""

HEARTBEAT = 15.0
"""Seconds between two signs of life, by which a client that is gone is noticed, and a session that has ended."""

TICK = 1.0
"""Seconds after which a waiting stream looks whether its process is to end."""

STILL_HERE = ": still here\n\n"
"""The sign of life."""

RECONNECT = 2000
"""Milliseconds after which a browser connects again."""


@events.get("/api/events")
def get_events() -> Response:
    """Tell of every change in any chat, made by any process, until the caller goes."""
    mount = current_mount()
    response = Response(mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would wait for a full buffer
    if request.method == "HEAD":
        return response
    if (take_over := request.environ.get(TAKE_OVER)) is not None:  # by our own server, which needs no thread for it
        take_over(is_still_in())
        return response
    with ExitStack() as held:
        held.enter_context(mount.streams.slot())
        # Subscribed before the first byte: whatever happens after a client sees "open" it will hear of.
        subscription = held.enter_context(mount.chat.changes())
        response.response = _stream(subscription, mount.streams, is_still_in())
        # Runs also when the client is gone before the stream has begun, unlike what a generator finally does.
        response.call_on_close(held.pop_all().close)
    return response


def _stream(subscription: Subscription, streams: Streams, still_in: Callable[[], bool]) -> Iterator[str]:
    yield beginning()
    heartbeat = time.monotonic() + HEARTBEAT
    while not streams.stopped:
        changes = subscription.wait(max(0.0, min(TICK, heartbeat - time.monotonic())))
        if changes is None:
            return
        yield from map(event, changes)
        if time.monotonic() >= heartbeat:
            if not still_in():
                return
            yield STILL_HERE
            heartbeat = time.monotonic() + HEARTBEAT


def beginning() -> str:
    """Write how a stream begins."""
    return f"retry: {RECONNECT}\n\n"


def event(change: Change) -> str:
    """Write a change as an event."""
    data: dict[str, int | str] = {"userId": change.user_id, "botType": change.bot_type}
    if change.revision is not None:
        data["revision"] = change.revision
    name = "presence" if change.revision is None else "chat"
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def is_still_in() -> Callable[[], bool]:
    """Make what asks again, later and in any thread, whether the caller of the current request is an operator."""
    identify_again = identification()
    if current_mount().authenticate is not None:
        # Not stream_with_context: its context would stay open, and be left by whatever thread closes the stream.
        identify_again = copy_current_request_context(identify_again)

    def ask() -> bool:
        try:
            return identify_again() is not None
        except Unavailable:  # the client comes again, and is told then
            return False

    return ask
