"""Sending through the Telegram Bot API: one request a message or album, and the truth about how it ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any

import httpx

from opchat_core.model import Deferred, FailureCode, Lost, Message, MessageType, Outcome, PendingChange, Refused, Sent
from opchat_core.ports import Parcel
from opchat_core.telegram import redaction
from opchat_core.telegram.answer import Answer, failure, outcome_of_change, outcomes_of_send
from opchat_core.telegram.requests import Request, known_file_id, request_to_change, request_to_send
from opchat_core.telegram.upload import SLOWEST, NotSent, UploadReader

_log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(connect=5, read=20, write=20, pool=5)
"""Seconds for each step of a request."""

DEADLINE = timedelta(seconds=30)
"""How long an answer may take in all, however slowly it drips in."""

UPLOAD = timedelta(seconds=20)
"""How long the upload of files may take, beside what their bytes need."""

MAX_ANSWER = 1024 * 1024
"""Bytes of an answer that are read at most."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


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

    def send(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """See :meth:`opchat_core.ports.Sender.send`."""
        if not all(map(_is_complete, parcels)):
            gone = Refused(failure(FailureCode.FILE_GONE, "The file is not kept any more; send it anew."))
            rest = Deferred(failure(FailureCode.FILE_GONE, "Another file of the album is not kept any more."))
            return [rest if _is_complete(parcel) else gone for parcel in parcels]
        request = request_to_send(parcels)
        answer = self._call(request)
        if isinstance(answer, Answer):
            return _told(request, outcomes_of_send(answer, len(parcels)))
        return _told(request, (answer,) * len(parcels))

    def change(self, message: Message, change: PendingChange) -> Outcome:
        """See :meth:`opchat_core.ports.Sender.change`."""
        request = request_to_change(message, change)
        answer = self._call(request)
        if isinstance(answer, Answer):
            answer = outcome_of_change(answer, message.telegram_message_id or 0)
        return _told(request, [answer])[0]

    def show_typing(self, user_id: int) -> None:
        """See :meth:`opchat_core.ports.Sender.show_typing`."""
        with suppress(httpx.HTTPError, httpx.StreamError):
            self._post(Request("sendChatAction", {"chat_id": user_id, "action": "typing"}, {}), {})

    def is_authorized(self) -> bool:
        """See :meth:`opchat_core.ports.Sender.is_authorized`."""
        try:
            answer = self._post(Request("getMe", {}, {}), {})
        except httpx.HTTPError:
            return False
        return answer.status == HTTPStatus.OK and answer.is_ok

    def _call(self, request: Request) -> Answer | Outcome:
        """Make a request; what came back, or how it ended where nothing did."""
        uploads = _readers(request.uploads)
        try:
            return self._post(request, uploads)
        except NotSent as error:
            return Deferred(failure(FailureCode.UNREACHABLE, str(error)))
        except _NOT_SENT as error:
            return Deferred(failure(FailureCode.UNREACHABLE, f"Telegram cannot be reached ({type(error).__name__})."))
        except (httpx.HTTPError, httpx.StreamError) as error:
            # The error's own text and request hold the address, and that holds the token.
            name = type(error).__name__
            if not all(reader.is_exhausted for reader in uploads.values()):  # what is not all there cannot have arrived
                return Deferred(failure(FailureCode.UNREACHABLE, f"The upload to Telegram broke off ({name})."))
            return Lost(failure(FailureCode.ANSWER_LOST, f"Telegram's answer was lost ({name})."))

    def _post(self, request: Request, uploads: Mapping[str, UploadReader]) -> Answer:
        deadline = monotonic() + (DEADLINE + _time_for(uploads)).total_seconds()
        with self._client.stream("POST", self._address + request.method, **_content(request, uploads)) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER or monotonic() > deadline:
                    raise httpx.ReadError("the answer is too long")
        try:
            decoded = json.loads(content)
        except (ValueError, RecursionError):
            decoded = None
        return Answer(response.status_code, decoded if isinstance(decoded, dict) else None)


def _told(request: Request, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Tell the log of what was not done."""
    for outcome in outcomes:
        if not isinstance(outcome, Sent):
            extra = {"method": request.method, "outcome": type(outcome).__name__, "code": outcome.error.code}
            _log.warning("telegram.not_sent", extra=extra)
    return outcomes


def _is_complete(parcel: Parcel) -> bool:
    is_text = parcel.message.message_type is MessageType.TEXT
    return is_text or parcel.file is not None or known_file_id(parcel) is not None


def _time_for(uploads: Mapping[str, UploadReader]) -> timedelta:
    return timedelta(seconds=sum(reader.size for reader in uploads.values()) / SLOWEST)


def _readers(uploads: Mapping[str, Parcel]) -> dict[str, UploadReader]:
    files = {name: (parcel.file, parcel.message.media) for name, parcel in uploads.items()}
    size = sum(media.file_size or 0 for _, media in files.values() if media)
    deadline = monotonic() + (UPLOAD + timedelta(seconds=size / SLOWEST)).total_seconds()
    return {name: UploadReader(file, media, deadline) for name, (file, media) in files.items() if file and media}


def _content(request: Request, uploads: Mapping[str, UploadReader]) -> dict[str, Any]:
    """Write the parameters: as JSON, or, where there are files, as a form whose other values are JSON."""
    if not uploads:
        return {"json": request.body}
    media = {name: parcel.message.media for name, parcel in request.uploads.items()}
    files = {
        name: (one.file_name or name, uploads[name], one.mime_type or "application/octet-stream")
        for name, one in media.items()
        if one
    }
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in request.body.items()}
    return {"data": fields, "files": files}
