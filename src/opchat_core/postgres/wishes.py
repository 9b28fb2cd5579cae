"""What operators want of messages that are at Telegram, in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import attrs
from psycopg.types.json import Jsonb

from opchat_core.errors import ChangeUnderWay, MessageNotFound, NotChangeable, TooLate
from opchat_core.model import ChangeAction, Deferred, Message, MessageKey, Outcome, Part, Refused, Sent
from opchat_core.ports import Change
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query
from opchat_core.postgres.rows import to_message, to_outcome

_REQUEST_CHANGE = query("request_change")
_CLAIM_CHANGES = query("claim_changes")
_COMPLETE_CHANGE = query("complete_change")


class WishTable(Base):
    """The part of the repository that keeps wishes; :class:`~opchat_core.ports.WishRepository` documents it."""

    def request_change(
        self,
        key: MessageKey,
        action: ChangeAction,
        *,
        operator: str | None,
        window: timedelta,
        text: Part | None = None,
        emoji: str | None = None,
    ) -> Message:
        """See :meth:`opchat_core.ports.WishRepository.request_change`."""
        parameters = attrs.asdict(key) | {
            "action": action.value,
            "text": text and text.text,
            "entities": Jsonb(text.entities) if text and text.entities else None,
            "emoji": emoji,
            "operator": operator,
            "window": window,
            "now": self._now(),
        }
        outcome, message = self._database.fetch_one(_REQUEST_CHANGE, to_outcome, parameters) or ("missing", None)
        match outcome:
            case "unfit":
                raise NotChangeable("This message cannot be changed as it is now.")
            case "late":
                raise TooLate("Telegram lets bots change their messages for 48 hours only.")
            case "busy":
                raise ChangeUnderWay("Telegram is being asked for another change of this message; try again.")
        if message is None:
            raise MessageNotFound(f"The chat has no message {key.seq}.")
        self._changed(Change(message.user_id, message.bot_type, message.revision))
        return message

    def claim_changes(
        self, bot_type: str, *, limit: int, lease: timedelta, key: MessageKey | None = None
    ) -> tuple[Message, ...]:
        """See :meth:`opchat_core.ports.WishRepository.claim_changes`."""
        parameters = {
            "bot_type": bot_type,
            "user_id": key and key.user_id,
            "seq": key and key.seq,
            "limit": limit,
            "lease": lease,
            "now": self._now(),
        }
        return tuple(self._database.fetch(_CLAIM_CHANGES, to_message, parameters))

    def complete_change(self, message: Message, outcome: Outcome, *, wait: timedelta) -> Message | None:
        """See :meth:`opchat_core.ports.WishRepository.complete_change`."""
        error = None if isinstance(outcome, Sent) else outcome.error
        stops = isinstance(outcome, Refused) and outcome.stops_sender
        match outcome:
            case Sent():
                status = "done"
            case Refused() if not stops:
                status = "refused"
            case _:
                status = "again"
        if isinstance(outcome, Deferred) and outcome.retry_after:
            wait = outcome.retry_after
        parameters = attrs.asdict(message.key) | {
            "requested_at": message.pending_change and message.pending_change.requested_at,
            "status": status,
            "error_code": error and error.code,
            "error_message": error and error.message,
            "wait": wait,
            "pause": stops,
            "now": self._now(),
        }
        stored = self._database.fetch_one(_COMPLETE_CHANGE, to_message, parameters)
        if stored:
            self._changed(Change(stored.user_id, stored.bot_type, stored.revision))
        return stored
