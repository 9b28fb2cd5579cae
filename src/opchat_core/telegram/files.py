"""Fetching files from Telegram, by an address that nobody else ever sees: it holds the bot's token."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from opchat_core.errors import MediaGone, MediaTooLarge, OpchatError, TelegramNotConfigured, TelegramUnavailable
from opchat_core.media import MAX_DOWNLOAD
from opchat_core.telegram import redaction

TIMEOUT = httpx.Timeout(connect=5, read=15, write=5, pool=15)
"""Seconds for each step of a request."""

DEADLINE = timedelta(seconds=60)
"""How long a file may take in all, however slowly it drips in: a thread waits for it."""

_CHUNK = 64 * 1024
_MAX_ANSWER = 64 * 1024  # bytes of an answer about a file
_MAX_WAIT = timedelta(minutes=5)
_GONE = "Telegram has this file no more."
_TOO_LARGE = "The file is over 20 MB, more than Telegram gives to a bot; look at it in Telegram."


class TelegramFiles:
    """Fetches files as the bot with a token; a :class:`~opchat_core.ports.FileSource`. Thread-safe.

    Args:
        token: The bot's token. It is in no log, exception or ``repr`` of this class.
        api_url: The Bot API server, without a slash at its end.
    """

    def __init__(self, token: str, api_url: str) -> None:
        redaction.install()
        self._methods = f"{api_url}/bot{token}/"
        self._files = f"{api_url}/file/bot{token}/"
        # Never compressed: what counts is how many bytes there are in the end.
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, headers={"Accept-Encoding": "identity"})

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def fetch(self, file_id: str, sink: BinaryIO) -> None:
        """See :meth:`opchat_core.ports.FileSource.fetch`."""
        deadline = monotonic() + DEADLINE.total_seconds()
        try:
            path, size = self._locate(file_id, deadline)
            self._download(path, size, sink, deadline)
        except (httpx.HTTPError, httpx.StreamError) as error:
            # The error's own text and request hold the address, and that holds the token.
            raise TelegramUnavailable(f"Telegram cannot be reached ({type(error).__name__}).") from None

    def _locate(self, file_id: str, deadline: float) -> tuple[str, int | None]:
        """Ask where a file is (https://core.telegram.org/bots/api#getfile): its path there, and its size."""
        content = bytearray()
        with self._client.stream("POST", self._methods + "getFile", json={"file_id": file_id}) as response:
            for chunk in response.iter_bytes():
                content += chunk
                _keep_to(deadline)
                if len(content) > _MAX_ANSWER:
                    raise TelegramUnavailable("Telegram's answer about the file is too long.")
        answer = _json_object(bytes(content))
        if response.status_code != HTTPStatus.OK or answer.get("ok") is not True:
            raise _refusal(response.status_code, answer)
        result = answer.get("result")
        found = result if isinstance(result, dict) else {}
        path, size = found.get("file_path"), found.get("file_size")
        # A server in local mode tells a path on its own disk:
        # https://core.telegram.org/bots/api#using-a-local-bot-api-server
        if not isinstance(path, str) or not path or path.startswith("/") or ".." in path.split("/"):
            raise TelegramUnavailable("Telegram does not say where the file can be fetched.")
        return path, size if isinstance(size, int) else None

    def _download(self, path: str, size: int | None, sink: BinaryIO, deadline: float) -> None:
        if size is not None and size > MAX_DOWNLOAD:
            raise MediaTooLarge(_TOO_LARGE)
        written = 0
        with self._client.stream("GET", self._files + quote(path)) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise MediaGone(_GONE)
            if response.status_code != HTTPStatus.OK:
                raise _refusal(response.status_code, {})
            for chunk in response.iter_bytes(_CHUNK):
                written += len(chunk)
                if written > MAX_DOWNLOAD:
                    raise MediaTooLarge(_TOO_LARGE)
                _keep_to(deadline)
                sink.write(chunk)
        if size is not None and written != size:
            raise TelegramUnavailable("Telegram gave only a part of the file.")


def _keep_to(deadline: float) -> None:
    if monotonic() > deadline:
        raise TelegramUnavailable("Telegram takes too long to give the file.")


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _refusal(status: int, answer: dict[str, Any]) -> OpchatError:
    """Tell what a refusal means for the file; Telegram's own words stay here, for they may repeat an address."""
    told = str(answer.get("description", "")).casefold()
    if status == HTTPStatus.BAD_REQUEST:
        return MediaTooLarge(_TOO_LARGE) if "too big" in told else MediaGone(_GONE)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        return TelegramNotConfigured("Telegram refuses the bot's token, so files cannot be fetched.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TelegramUnavailable("Telegram asks to wait.", retry_after=_wait(answer))
    return TelegramUnavailable(f"Telegram answered {status} when asked for the file.")


def _wait(answer: dict[str, Any]) -> timedelta:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return min(timedelta(seconds=min(seconds, 10**6)), _MAX_WAIT) if isinstance(seconds, int) else timedelta(seconds=2)
