"""The queue of answers in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import attrs
from psycopg.types.json import Jsonb

from opchat_core.errors import AnsweredByColleague, FileGone, InvalidInput, MessageNotFound, NotRetryable, UserNotFound
from opchat_core.model import (
    Answer,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Media,
    Message,
    MessageKey,
    Outcome,
    Pace,
    Piece,
    Refused,
    Sent,
)
from opchat_core.model.formatting import buttons_to_json
from opchat_core.ports import Backlog, Change, Parcel, Queued
from opchat_core.postgres.files import FileTable
from opchat_core.postgres.queries import query
from opchat_core.postgres.rows import media_values, to_backlog, to_message, to_outcome, to_parcel

_QUEUE_ANSWER = query("queue_answer")
_CLAIM = query("claim")
_COMPLETE = query("complete")
_SETTLE = query("settle")
_NEXT_DUE = query("next_due")
_IS_PAUSED = query("is_paused")
_RESUME = query("resume")
_BACKLOG = query("backlog")


class Deliveries(FileTable):
    """The part of the repository that keeps the queue; :class:`~opchat_core.ports.DeliveryRepository` documents it."""

    def queue_answer(
        self,
        user_id: int,
        bot_type: str,
        answer: Answer,
        *,
        operator: str | None,
        quote: Mapping[str, Any] | None = None,
    ) -> Queued:
        """See :meth:`opchat_core.ports.DeliveryRepository.queue_answer`."""
        rows = self._database.fetch(
            _QUEUE_ANSWER,
            to_outcome,
            {
                "user_id": user_id,
                "bot_type": bot_type,
                "pieces": Jsonb([_piece(piece, quote) for piece in answer.pieces]),
                "operator": operator,
                "client_message_id": answer.client_message_id,
                "reply_to": answer.reply_to,
                "last_seen_seq": answer.last_seen_seq,
                "now": self._now(),
            },
        )
        messages = tuple(message for _, message in rows if message)
        match rows[0][0]:
            case "no_chat":
                raise UserNotFound("There is no chat with this user.")
            case "no_reply":
                raise InvalidInput.of("reply_to", "names no message of this chat")
            case "no_file":
                raise InvalidInput.of("files", "must be uploaded and go with no other message")
            case "answered":
                raise AnsweredByColleague(messages)
            case "duplicate":
                return Queued(messages, duplicate=True)
        self._tell(messages)
        return Queued(messages)

    def claim(
        self, bot_type: str, *, limit: int, lease: timedelta, max_age: timedelta, pace: Pace, user_id: int | None = None
    ) -> tuple[Parcel, ...]:
        """See :meth:`opchat_core.ports.DeliveryRepository.claim`."""
        parameters = {
            "bot_type": bot_type,
            "user_id": user_id,
            "limit": limit,
            "lease": lease,
            "max_age": max_age,
            "chat_count": pace.chat.count,
            "chat_every": pace.chat.every,
            "bot_count": pace.bot.count,
            "bot_every": pace.bot.every,
            "now": self._now(),
        }
        parcels = tuple(self._database.fetch(_CLAIM, partial(to_parcel, self.read_file), parameters))
        self._tell(tuple(parcel.message for parcel in parcels))
        return parcels

    def complete(self, message: Message, outcome: Outcome, *, wait: timedelta, learns: bool = True) -> Message | None:
        """See :meth:`opchat_core.ports.DeliveryRepository.complete`."""
        telegram_message_id: int | None = None
        media: Media | None = None
        error: DeliveryError | None = None
        match outcome:
            case Sent(telegram_message_id, media):
                status = DeliveryStatus.SENT
            case Deferred(error, retry_after):
                status, wait = DeliveryStatus.QUEUED, retry_after or wait
            case Refused(error):
                status = DeliveryStatus.FAILED
            case Lost(error):
                status = DeliveryStatus.UNKNOWN
        parameters = attrs.asdict(message.key) | {
            "created_at": message.created_at,
            "attempt": message.delivery and message.delivery.attempts,
            "status": status.value,
            "telegram_message_id": telegram_message_id,
            "media": media and Jsonb(media_values(media)),
            "error_code": error and error.code,
            "error_message": error and error.message,
            "wait": wait,
            "learns": learns,
            "pause": isinstance(outcome, Refused) and outcome.stops_sender,
            "now": self._now(),
        }
        stored = self._database.fetch_one(_COMPLETE, to_message, parameters)
        return self._tell((stored,))[0] if stored else None

    def settle(self, key: MessageKey, status: DeliveryStatus) -> Message:
        """See :meth:`opchat_core.ports.DeliveryRepository.settle`."""
        parameters = attrs.asdict(key) | {"status": status.value, "now": self._now()}
        outcome, message = self._database.fetch_one(_SETTLE, to_outcome, parameters) or ("", None)
        if message is None:
            raise MessageNotFound(f"The chat has no message {key.seq}.")
        if outcome == "gone":
            raise FileGone("The file was kept for a week and is gone; send it anew.")
        if outcome == "unfit":
            raise NotRetryable("Only a failed or doubtful answer can be settled by a person.")
        return self._tell((message,))[0]

    def next_due(self, bot_type: str) -> timedelta | None:
        """See :meth:`opchat_core.ports.DeliveryRepository.next_due`."""
        due: timedelta | None = self._database.fetch_value(_NEXT_DUE, {"bot_type": bot_type, "now": self._now()})
        return due

    def is_paused(self, bot_type: str) -> bool:
        """See :meth:`opchat_core.ports.DeliveryRepository.is_paused`."""
        return bool(self._database.fetch_value(_IS_PAUSED, {"bot_type": bot_type}))

    def resume(self, bot_type: str) -> None:
        """See :meth:`opchat_core.ports.DeliveryRepository.resume`."""
        self._database.execute(_RESUME, {"bot_type": bot_type})

    def backlog(self, bot_type: str) -> Backlog:
        """See :meth:`opchat_core.ports.DeliveryRepository.backlog`."""
        (backlog,) = self._database.fetch(_BACKLOG, to_backlog, {"bot_type": bot_type, "now": self._now()})
        return backlog

    def _tell(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Pass on the hints of changed messages."""
        for message in messages:
            self._changed(Change(message.user_id, message.bot_type, message.revision))
        return messages


def _piece(piece: Piece, quote: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write a message of an answer for the function that stores it."""
    return {
        "message_type": piece.message_type.value,
        "message_text": piece.text.text,
        "entities": list(piece.text.entities) or None,
        "media": piece.upload and media_values(piece.upload.media),
        "context": {"quote": quote} if piece.is_first and quote else None,
        "buttons": buttons_to_json(piece.buttons) or None,
        "album": piece.album,
        "file_number": piece.upload and piece.upload.number,
    }
