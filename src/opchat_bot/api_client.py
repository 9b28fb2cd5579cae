"""Hands what happened to opchat's HTTP API, and does not let go before the API has taken it or refused it for good."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from attrs import frozen

from opchat_bot.convert import ApiCall
from opchat_bot.patience import Pauses
from opchat_core.config import Config

_log = logging.getLogger(__name__)

LOCAL_URLS = ("http://localhost:3001", "http://localhost:3000")
"""Where the API is looked for when nothing says where it is, in this order."""

NOT_HERE = frozenset({"user_not_found", "message_not_found"})
"""What the API says when it knows nothing of the chat or message that something is about."""

_STORED = frozenset({200, 201})
_REFUSED = frozenset({400, 403, 413, 415, 422})
_LONGEST_WAIT = 300.0  # seconds, whatever Retry-After says
# As many connections are kept open as there are users served side by side, and a few spare.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=40)
_TIMEOUT = httpx.Timeout(15.0, connect=3.0)


@frozen
class Taken:
    """The API has it.

    Attributes:
        known: It had it before this client first tried: what this is about has been seen to in an earlier life.
    """

    known: bool = False


@frozen
class Refusal:
    """The API will never take it.

    Attributes:
        status: The HTTP status.
        code: The API's word for the reason.
        detail: The API's sentence.
    """

    status: int
    code: str = ""
    detail: str = ""


@frozen
class _Wait:
    """It has to be tried again.

    Attributes:
        reason: What is wrong, for the log; empty for nothing out of the ordinary.
        seconds: How long the API asked to wait.
    """

    reason: str
    seconds: float | None = None


class ApiClient:
    """A client of the endpoints that take in what happened.

    Use it as an async context manager, or call :meth:`aclose` at the end; in one event loop.

    Args:
        urls: Base URLs of the API. With several, they are tried in turn until one answers; the client then stays with
            that one until it goes away.
        token: The ingest token; None when there is none: messages then count as not verified.
        pauses: Between tries.
    """

    def __init__(
        self, urls: Sequence[str] = LOCAL_URLS, *, token: str | None = None, pauses: Pauses | None = None
    ) -> None:
        self._urls = tuple(urls)
        self._current: str | None = None
        self._pauses = pauses or Pauses()
        self._trouble = ""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        # The environment is read in one place (Config), so proxies and .netrc are none of httpx's business here.
        self._http = httpx.AsyncClient(headers=headers, timeout=_TIMEOUT, limits=_LIMITS, trust_env=False)

    @classmethod
    def from_config(cls, config: Config, *, pauses: Pauses | None = None) -> ApiClient:
        """Make the client of an installation."""
        urls = (config.api_base_url,) if config.api_base_url else LOCAL_URLS
        return cls(urls, token=config.ingest_token, pauses=pauses)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def hand_in(self, call: ApiCall) -> Taken | Refusal:
        """Tell the API, as often as it takes; bound it by a timeout where forever is too long.

        Trying again is safe: the API recognises a message by its ``telegramMessageId`` or ``updateId``.
        """
        content = json.dumps(call.body, ensure_ascii=False).encode()
        for attempt, pause in enumerate(self._pauses):
            answer = await self._try(call.path, content)
            if isinstance(answer, _Wait):
                self._note_trouble(answer.reason)
                await asyncio.sleep(pause if answer.seconds is None else answer.seconds)
                continue
            self._note_health()
            # Found there by a later try, it may well be our own doing: only the answer was lost.
            return Taken(known=answer.known and attempt == 0) if isinstance(answer, Taken) else answer
        raise AssertionError("pauses never end")

    async def report(self, body: Mapping[str, Any]) -> bool:
        """Tell the API once how the bot fares; whether it has taken the report."""
        answer = await self._try("/api/bot-status", json.dumps(body).encode())
        return isinstance(answer, Taken)

    async def _try(self, path: str, content: bytes) -> Taken | Refusal | _Wait:
        """Try each address once."""
        reasons = []
        for url in (self._current,) if self._current else self._urls:
            try:
                response = await self._http.post(url + path, content=content)
            except httpx.TransportError as error:
                reasons.append(f"{url}: {type(error).__name__}")
                continue
            answer = _read(response)
            if answer is None or (len(self._urls) > 1 and not _json_object(response)):
                # Another program may well listen at an address that was only guessed.
                reasons.append(f"{url}: answers {response.status_code}, not as opchat's API does")
                continue
            self._current = url
            return answer
        self._current = None
        return _Wait("; ".join(reasons))

    def _note_trouble(self, reason: str) -> None:
        """Log what is wrong when it begins or changes."""
        if reason and reason != self._trouble:
            self._trouble = reason
            _log.warning("bot.api_away", extra={"reason": reason})

    def _note_health(self) -> None:
        if self._trouble:
            self._trouble = ""
            _log.info("bot.api_back", extra={"url": self._current})


def _read(response: httpx.Response) -> Taken | Refusal | _Wait | None:
    """Say what an answer means; None when it is none that opchat's API gives."""
    status, body = response.status_code, _json_object(response)
    if status in _STORED:
        return Taken(known=body.get("duplicate") is True) if body else None
    if status in _REFUSED or (status == httpx.codes.NOT_FOUND and body.get("code") in NOT_HERE):
        return Refusal(status, str(body.get("code", "")), str(body.get("detail", "")))
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return _Wait("", _retry_after(response))
    if status == httpx.codes.UNAUTHORIZED:
        return _Wait("it refuses the ingest token (401): OPCHAT_INGEST_TOKEN or OPERATOR_BOT_TOKEN differs over there")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return _Wait(f"it answers {status}", _retry_after(response))
    return None


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    """Decode the body; empty when it is no JSON object."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdecimal() else None
