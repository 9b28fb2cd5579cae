"""Pushing updates to webhooks: in order, with the secret, again and again until a 2xx.

The pauses are those of `WebhookActor::on_update_error` in tdlib/telegram-bot-api: the first repetition comes at once,
then 2, 4, 8... seconds up to a minute; `Retry-After` replaces them, up to an hour. Updates go one at a time here,
while Telegram sends those of different chats side by side.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import evolve

from .body import Body
from .bot_api import answer
from .call import read_call
from .values import ApiError

if TYPE_CHECKING:
    from .state import Bot, State, Webhook
    from .updates import PendingUpdate

LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 3600.0
TIMEOUT = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class WebhookCourier:
    """One thread that delivers what waits for the webhooks of all bots.

    Args:
        state: The simulator's memory.
        pause: Seconds of the first pause that is not zero is twice this; tests make it small.
    """

    def __init__(self, state: State, *, pause: float = 1.0) -> None:
        self._state = state
        self._pause = pause
        self._connection: http.client.HTTPConnection | None = None
        self._thread = threading.Thread(target=self._run, name="simulator-webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """End, also in the middle of a delivery. `state.stopping` is set already."""
        with self._state.changed:
            connection = self._connection
            if connection is not None and connection.sock is not None:
                _shut(connection.sock)
        self._thread.join()

    def _run(self) -> None:
        state = self._state
        while True:
            with state.changed:
                if state.stopping:
                    return
                due = self._next_due()
                if due is None:
                    state.changed.wait(self._time_to_next())
                    continue
                bot, hook, update = due
            error, retry_after, body = self._push(hook, update)
            with state.changed:
                if bot.webhook is hook:
                    self._settle(bot, hook, update, error, retry_after)
            if error is None:
                self._carry_out(bot, body)

    def _next_due(self) -> tuple[Bot, Webhook, PendingUpdate] | None:
        now = time.monotonic()
        for bot in self._state.bots.values():
            bot.updates.expire(self._state.clock())
            if bot.webhook and bot.updates and bot.webhook.not_before <= now:
                return bot, bot.webhook, bot.updates.head(1)[0]
        return None

    def _time_to_next(self) -> float | None:
        waiting = [bot.webhook.not_before for bot in self._state.bots.values() if bot.webhook and bot.updates]
        return max(0.0, min(waiting) - time.monotonic()) if waiting else None

    def _push(self, hook: Webhook, update: PendingUpdate) -> tuple[str | None, float, bytes]:
        """Deliver one update; return what went wrong, the pause asked for, and the body of the answer."""
        parts = urlsplit(hook.url)
        headers = {"Content-Type": "application/json"}
        if hook.secret_token is not None:
            headers[SECRET_HEADER] = hook.secret_token
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.connect()
            with self._state.changed:
                self._connection = connection
                if self._state.stopping:
                    return "stopped", 0, b""
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("POST", path, json.dumps(update.body).encode(), headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return _in_words(error), 0, b""
        finally:
            self._connection = None
            connection.close()
        if 200 <= response.status < 300:
            return None, 0, body
        words = f"Wrong response from the webhook: {response.status} {response.reason}"
        return words, _retry_after(response.getheader("Retry-After")), b""

    def _settle(self, bot: Bot, hook: Webhook, update: PendingUpdate, error: str | None, retry_after: float) -> None:
        """Note how a delivery went."""
        if error is None:
            hook.failures, hook.not_before = 0, 0.0
            if bot.updates.remove(update):
                bot.mark_confirmed(update.message)
        else:
            hook.failures += 1
            doubled = self._pause * 2 ** min(hook.failures - 1, 10)
            pause = retry_after or (0.0 if hook.failures == 1 else min(doubled, LONGEST_PAUSE))
            hook.not_before = time.monotonic() + pause
            hook.last_error, hook.last_error_at = error, self._state.clock()
        self._state.touch()

    def _carry_out(self, bot: Bot, body: bytes) -> None:
        """Call the method that an answer names, as Telegram does; its result is told to nobody."""
        try:
            call = read_call("", "", "application/json", Body(BytesIO(body), len(body)))
        except ApiError:
            return  # any other body is fine, and means nothing
        if call.text("method"):
            answer(self._state, bot.token, evolve(call, method=call.text("method")))


def _retry_after(value: str | None) -> float:
    return min(float(value), LONGEST_RETRY_AFTER) if value is not None and value.isdecimal() else 0.0


def _in_words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "Connection refused"
    if isinstance(error, TimeoutError):
        return "Read timeout expired"
    return f"Connection closed: {type(error).__name__}"


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
