"""What Telegram's answer to a request means.

Telegram has no idempotency key (https://github.com/tdlib/telegram-bot-api/issues/482), so what counts about a failure
is whether the message can have arrived:

- not sent, try again: no connection could be made, or 429;
- sent: 2xx with JSON and ``ok: true``;
- refused for good: 400, 403 and other 4xx; 401 and 404 mean the token, so that nothing else would fare better;
- in doubt: everything after the request went out: no answer, half of one, 5xx, 2xx that is not JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from attrs import frozen

from opchat_core.errors import InvalidInput
from opchat_core.model import Deferred, DeliveryError, FailureCode, Lost, Media, Outcome, Refused, Sent
from opchat_core.model.rules import MAX_ID
from opchat_core.telegram import redaction

MAX_DESCRIPTION = 500
"""Characters of Telegram's words that are kept."""

MAX_WAIT = timedelta(hours=1)
"""The longest wait that Telegram may ask for."""

_BLAMED = re.compile(r"message #([0-9]{1,2})\b", re.ASCII)
_NO_CHANGE = ("message is not modified", "message to delete not found")
_FILES = ("animation", "video", "audio", "voice", "document", "video_note", "sticker")


@frozen
class Answer:
    """What came back: the status, and the JSON object in it, if there was one."""

    status: int
    body: dict[str, Any] | None

    @property
    def is_ok(self) -> bool:
        """Whether Telegram did what it was asked for."""
        succeeded = HTTPStatus(200) <= self.status < HTTPStatus(300)
        return succeeded and self.body is not None and self.body.get("ok") is True

    @property
    def description(self) -> str:
        """Telegram's words, or the status in ours."""
        told = (self.body or {}).get("description")
        if not isinstance(told, str) or not told:
            return f"Telegram answered {self.status}."
        # A result that the database cannot hold would leave the answer in doubt, whatever was said.
        storable = told.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return redaction.redact(storable)[:MAX_DESCRIPTION]


def failure(code: FailureCode, message: str) -> DeliveryError:
    """Say why something was not done."""
    return DeliveryError(code.value, message)


def outcomes_of_send(answer: Answer, count: int) -> Sequence[Outcome]:
    """Tell what an answer means for each message that was sent.

    Args:
        answer: The answer.
        count: How many messages the request had; those of an album come back as a list.
    """
    if not answer.is_ok:
        outcome = _not_done(answer)
        return _spread(outcome, count) if isinstance(outcome, Refused) else (outcome,) * count
    result = (answer.body or {}).get("result")
    messages = result if isinstance(result, list) else [result]
    sent = [_sent(message) for message in messages]
    if len(sent) == count and all(sent):
        return [one for one in sent if one]
    return (Lost(failure(FailureCode.ANSWER_LOST, "Telegram's answer could not be read.")),) * count


def outcome_of_change(answer: Answer, telegram_message_id: int) -> Outcome:
    """Tell what an answer means for a change of a message: one that is done already is done."""
    if answer.is_ok or any(words in answer.description for words in _NO_CHANGE):
        return Sent(telegram_message_id)
    return _not_done(answer)


def _not_done(answer: Answer) -> Outcome:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Deferred(failure(FailureCode.RATE_LIMITED, answer.description), _retry_after(answer.body or {}))
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        return Refused(failure(FailureCode.UNAUTHORIZED, answer.description), stops_sender=True)
    if HTTPStatus(400) <= answer.status < HTTPStatus(500):
        return Refused(failure(_refusal(answer), answer.description))
    if HTTPStatus(200) <= answer.status < HTTPStatus(300):
        return Lost(failure(FailureCode.ANSWER_LOST, "Telegram's answer could not be read."))
    return Lost(failure(FailureCode.ANSWER_LOST, f"Telegram answered {answer.status}."))


def _spread(refused: Refused, count: int) -> Sequence[Outcome]:
    """Blame the message of an album that Telegram blames: none was sent, and the others go out without it."""
    blamed = _BLAMED.search(refused.error.message)
    index = int(blamed[1]) - 1 if blamed else -1
    if count == 1 or not 0 <= index < count:
        return (refused,) * count
    others = Deferred(failure(FailureCode.MESSAGE_REJECTED, "Telegram refused another file of the album."))
    return [refused if at == index else others for at in range(count)]


def _refusal(answer: Answer) -> FailureCode:
    told = answer.description.casefold()
    if answer.status == HTTPStatus.FORBIDDEN:
        return FailureCode.BLOCKED_BY_USER
    if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return FailureCode.FILE_TOO_LARGE
    return FailureCode.CHAT_NOT_FOUND if "chat not found" in told else FailureCode.MESSAGE_REJECTED


def _retry_after(body: Mapping[str, Any]) -> timedelta | None:
    parameters = body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(seconds, int) and seconds > 0:
        return min(timedelta(seconds=min(seconds, 10**6)), MAX_WAIT)
    return None


def _sent(message: object) -> Sent | None:
    number = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(number, int) or not 0 <= number <= MAX_ID:
        return None
    return Sent(number, _media(message))


def _media(message: Mapping[str, Any]) -> Media | None:
    """Read what Telegram tells of the file of a message; what it tells wrongly is not known."""
    found = next((message[kind] for kind in _FILES if isinstance(message.get(kind), dict)), None)
    sizes = message.get("photo")
    if found is None and isinstance(sizes, list) and sizes and all(isinstance(size, dict) for size in sizes):
        largest = max(sizes, key=lambda size: size.get("width") or 0)
        found = largest | {"thumbnail": sizes[0]} if len(sizes) > 1 else largest
    if found is None:
        return None
    thumbnail = found.get("thumbnail")
    told = {
        "fileId": found.get("file_id"),
        "fileUniqueId": found.get("file_unique_id"),
        "fileName": found.get("file_name"),
        "mimeType": found.get("mime_type"),
        "fileSize": found.get("file_size"),
        "width": found.get("width"),
        "height": found.get("height"),
        "duration": found.get("duration"),
        "thumbnailFileId": thumbnail.get("file_id") if isinstance(thumbnail, dict) else None,
    }
    try:
        return Media.from_json(told)
    except InvalidInput:
        return None
