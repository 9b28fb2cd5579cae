"""The receiving end of a webhook: 200 only when the update is stored."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from attrs import frozen

from opchat_bot.intake import Intake

_log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
MAX_BODY = 1024 * 1024
"""Bytes of a request that are read; Telegram's updates have at most 64 KiB, a self-hosted server's may have more."""

_PATIENCE = 5.0  # seconds to wait for the API: Telegram waits longer, and comes again
_BODY_TIMEOUT = 10.0  # seconds in which the body has to arrive

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def webhook_secret(bot_token: str) -> str:
    """Derive the secret that Telegram shows with each update, so that every process of a bot knows it unasked."""
    return hmac.new(bot_token.encode(), b"opchat webhook secret", hashlib.sha256).hexdigest()


@frozen
class WebhookAnswer:
    """What to answer Telegram. Always without a body: one with ``method`` in it would be carried out.

    Attributes:
        status: The HTTP status.
        retry_after: Seconds for the header ``Retry-After``, or None.
    """

    status: int
    retry_after: int | None = None


class Webhook:
    """Takes updates from Telegram: an ASGI application, or :meth:`receive` behind any other server.

    A repeated update is harmless: the API recognises its message.

    Args:
        intake: Takes the updates in.
        secret: What Telegram has to show; see :func:`webhook_secret`.
        path: The only path to answer at; None where whoever mounts this has chosen it.
        patience: Seconds to wait for the API before Telegram is asked to come again.
    """

    def __init__(self, intake: Intake, secret: str, *, path: str | None = None, patience: float = _PATIENCE) -> None:
        self._intake = intake
        self._secret = secret.encode()
        self._path = path
        self._patience = patience

    async def receive(self, body: bytes, secret: bytes) -> WebhookAnswer:
        """Take one update in.

        Args:
            body: The request's body.
            secret: The value of the header :data:`SECRET_HEADER`; empty when it was not there.
        """
        if not self._knows(secret):
            return WebhookAnswer(403)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            _log.error("bot.webhook_not_json", extra={"body": repr(body[:4096])})
            return WebhookAnswer(400)
        try:
            async with asyncio.timeout(self._patience):
                await self._intake.take(update)
        except TimeoutError:
            return WebhookAnswer(503, retry_after=max(1, round(self._patience)))
        return WebhookAnswer(200)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (https://asgi.readthedocs.io/en/latest/specs/www.html)."""
        if scope["type"] != "http":
            raise NotImplementedError(f"a webhook knows HTTP, not {scope['type']}")
        answer = await self._answer(scope, receive)
        headers = [(b"content-length", b"0")]
        if answer.retry_after is not None:
            headers.append((b"retry-after", b"%d" % answer.retry_after))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, receive: Receive) -> WebhookAnswer:
        if self._path is not None and scope["path"] != self._path:
            return WebhookAnswer(404)
        if scope["method"] != "POST":
            return WebhookAnswer(405)
        headers = dict(scope["headers"])
        secret = headers.get(SECRET_HEADER.lower().encode(), b"")
        if not self._knows(secret):  # before the body: a stranger is not worth reading
            return WebhookAnswer(403)
        try:
            async with asyncio.timeout(_BODY_TIMEOUT):
                body = await _read_body(receive)
        except (TimeoutError, ConnectionAbortedError):
            return WebhookAnswer(408)
        return WebhookAnswer(413) if body is None else await self.receive(body, secret)

    def _knows(self, secret: bytes) -> bool:
        return hmac.compare_digest(secret, self._secret)


async def _read_body(receive: Receive) -> bytes | None:
    """Read the body; None when it is too large.

    Raises:
        ConnectionAbortedError: If it broke off.
    """
    body = b""
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionAbortedError
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > MAX_BODY:
            return None
    return body
