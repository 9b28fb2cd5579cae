"""What Telegram says about the bot itself: for those who look after an installation."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from attrs import frozen

from opchat_core.errors import ConfigError, Unavailable
from opchat_core.telegram import redaction

_TIMEOUT = 10.0  # seconds
_NOT_A_TOKEN = frozenset({401, 404})


@frozen
class BotAccount:
    """What :func:`ask_account` was told.

    Attributes:
        username: The bot's, without the ``@``.
        webhook_url: Where Telegram sends updates to; None when they are to be polled for.
        pending_updates: Updates that nobody has taken yet; Telegram keeps them for 24 hours.
        webhook_error: What went wrong when Telegram last could not deliver to the webhook.
        allowed_updates: The kinds of updates that Telegram was last asked for; None when nobody has asked yet.
        time: What Telegram's clock says, to the second; None when its answer does not tell.
    """

    username: str
    webhook_url: str | None
    pending_updates: int
    webhook_error: str | None
    allowed_updates: tuple[str, ...] | None
    time: datetime | None


def ask_account(token: str, api_url: str) -> BotAccount:
    """Ask Telegram about the bot of a token (``getMe`` and ``getWebhookInfo``); changes nothing.

    Args:
        token: The bot's token; it is in no error of this function.
        api_url: The Bot API server, without a slash at its end.

    Raises:
        ConfigError: If Telegram refuses the token.
        Unavailable: If Telegram cannot be reached or does not answer as it should.
    """
    redaction.install()
    with httpx.Client(base_url=f"{api_url}/bot{token}/", timeout=_TIMEOUT) as client:
        me, _ = _ask_dated(client, "getMe")
        webhook, time = _ask_dated(client, "getWebhookInfo")
    return BotAccount(
        username=str(me.get("username", "")),
        webhook_url=webhook.get("url") or None,
        pending_updates=int(webhook.get("pending_update_count", 0)),
        webhook_error=webhook.get("last_error_message"),
        allowed_updates=tuple(webhook["allowed_updates"]) if "allowed_updates" in webhook else None,
        time=time,
    )


def _ask_dated(client: httpx.Client, method: str) -> tuple[dict[str, Any], datetime | None]:
    try:
        response = client.post(method)
    except httpx.HTTPError as error:  # its own text and request hold the address, and that holds the token
        raise Unavailable(f"Telegram cannot be reached ({type(error).__name__}).") from None
    if response.status_code in _NOT_A_TOKEN:
        raise ConfigError("Telegram refuses OPERATOR_BOT_TOKEN; @BotFather tells the right one.")
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        raise Unavailable(f"Telegram answered {response.status_code} to {method}.")
    return result, _date(response.headers.get("date"))


def _date(told: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(told) if told else None
    except ValueError:
        return None
