"""Sending through the Telegram Bot API: one request a message, and the truth about how it ended.

Telegram has no idempotency key (https://github.com/tdlib/telegram-bot-api/issues/482), so what counts about a failure
is whether the message can have arrived:

- not sent, try again: no connection could be made, or 429;
- sent: 2xx with JSON and ``ok: true``;
- refused for good: 400, 403 and other 4xx; 401 and 404 mean the token, so that nothing else would fare better;
- in doubt: everything after the request went out: no answer, half of one, 5xx, 2xx that is not JSON.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any

import httpx
from attrs import frozen

from opchat_core.model import Deferred, DeliveryError, FailureCode, Lost, Outcome, Refused, Sent
from opchat_core.model.rules import MAX_ID
from opchat_core.ports import Parcel
from opchat_core.telegram import redaction

_log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=5, read=20, write=20, pool=5)
"""Seconds for each step of a request."""

DEADLINE = timedelta(seconds=30)
"""How long an answer may take in all, however slowly it drips in."""

MAX_ANSWER = 1024 * 1024
"""Bytes of an answer that are read at most."""

MAX_DESCRIPTION = 500
"""Characters of Telegram's words that are kept."""

MAX_WAIT = timedelta(hours=1)
"""The longest wait that Telegram may ask for."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@frozen
class _Answer:
    """What came back: the status, and the JSON object in it, if there was one."""

    status: int
    body: dict[str, Any] | None

    @property
    def description(self) -> str:
        """Telegram's words, or the status in ours."""
        told = (self.body or {}).get("description")
        if not isinstance(told, str) or not told:
            return f"Telegram answered {self.status}."
        # A result that the database cannot hold would leave the answer in doubt, whatever was said.
        storable = told.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return redaction.redact(storable)[:MAX_DESCRIPTION]


class TelegramSender:
    """Sends answers as the bot with a token; a :class:`~opchat_core.ports.Sender`. Thread-safe.

    Args:
        token: The bot's token. It is in no log, exception or ``repr`` of this class.
        api_url: The Bot API server, without a slash at its end.
    """

    def __init__(self, token: str, api_url: str) -> None:
        redaction.install()
        self._address = f"{api_url}/bot{token}/"
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def send(self, parcel: Parcel) -> Outcome:
        """See :meth:`opchat_core.ports.Sender.send`."""
        message = parcel.message
        body: dict[str, Any] = {"chat_id": message.user_id, "text": message.text}
        if message.entities:
            body["entities"] = list(message.entities)
        if parcel.reply_to_telegram_message_id:
            # Should the quoted message be gone, the answer still goes out.
            body["reply_parameters"] = {
                "message_id": parcel.reply_to_telegram_message_id,
                "allow_sending_without_reply": True,
            }
        return self._call("sendMessage", body)

    def is_authorized(self) -> bool:
        """See :meth:`opchat_core.ports.Sender.is_authorized`."""
        try:
            answer = self._post("getMe", {})
        except httpx.HTTPError:
            return False
        return answer.status == HTTPStatus.OK and (answer.body or {}).get("ok") is True

    def _call(self, method: str, body: dict[str, Any]) -> Outcome:
        try:
            outcome = _outcome(self._post(method, body))
        except _NOT_SENT as error:
            outcome = Deferred(_error(FailureCode.UNREACHABLE, f"Telegram cannot be reached ({type(error).__name__})."))
        except (httpx.HTTPError, httpx.StreamError) as error:
            # The error's own text and request hold the address, and that holds the token.
            outcome = Lost(_error(FailureCode.ANSWER_LOST, f"Telegram's answer was lost ({type(error).__name__})."))
        if not isinstance(outcome, Sent):
            _log.warning(
                "telegram.not_sent",
                extra={"method": method, "outcome": type(outcome).__name__, "code": outcome.error.code},
            )
        return outcome

    def _post(self, method: str, body: dict[str, Any]) -> _Answer:
        deadline = monotonic() + DEADLINE.total_seconds()
        with self._client.stream("POST", self._address + method, json=body) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER or monotonic() > deadline:
                    raise httpx.ReadError("the answer is too long")
        try:
            decoded = json.loads(content)
        except (ValueError, RecursionError):
            decoded = None
        return _Answer(response.status_code, decoded if isinstance(decoded, dict) else None)


def _error(code: FailureCode, message: str) -> DeliveryError:
    return DeliveryError(code.value, message)


def _outcome(answer: _Answer) -> Outcome:
    """Tell what an answer means for the message."""
    body = answer.body or {}
    if HTTPStatus(200) <= answer.status < HTTPStatus(300):
        result = body.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        if body.get("ok") is True and isinstance(number, int) and 0 <= number <= MAX_ID:
            return Sent(number)
        return Lost(_error(FailureCode.ANSWER_LOST, "Telegram's answer could not be read."))
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Deferred(_error(FailureCode.RATE_LIMITED, answer.description), _retry_after(body))
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        return Refused(_error(FailureCode.UNAUTHORIZED, answer.description), stops_sender=True)
    if HTTPStatus(400) <= answer.status < HTTPStatus(500):
        return Refused(_error(_refusal(answer), answer.description))
    return Lost(_error(FailureCode.ANSWER_LOST, f"Telegram answered {answer.status}."))


def _refusal(answer: _Answer) -> FailureCode:
    told = answer.description.casefold()
    if answer.status == HTTPStatus.FORBIDDEN:
        return FailureCode.BLOCKED_BY_USER
    if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return FailureCode.FILE_TOO_LARGE
    return FailureCode.CHAT_NOT_FOUND if "chat not found" in told else FailureCode.MESSAGE_REJECTED


def _retry_after(body: dict[str, Any]) -> timedelta | None:
    parameters = body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(seconds, int) and seconds > 0:
        return min(timedelta(seconds=min(seconds, 10**6)), MAX_WAIT)
    return None
