"""Storing what users write: alone, or many at once in one commit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import frozen
from psycopg.types.json import Jsonb

from opchat_core.errors import InvalidInput, Unavailable
from opchat_core.model import IncomingMessage, Message, MessageKey, Received, ReopenRule, fold
from opchat_core.ports import Change, Clock
from opchat_core.postgres.base import Base, Changed
from opchat_core.postgres.database import Database
from opchat_core.postgres.gathering import Gathering
from opchat_core.postgres.queries import query
from opchat_core.postgres.rows import to_message, to_outcome

_RECEIVE = query("receive")
_RECEIVE_ALL = query("receive_all")
_LIST_UNSUPPORTED = query("list_unsupported")
_REINTERPRET = query("reinterpret")

_DOCUMENTS = ("entities", "media", "payload", "context")
"""Columns of JSON."""

_ALONE = ("alone", None)
"""The outcome of what has to be stored in a commit of its own."""

Outcome = tuple[str, Message | None]


@frozen
class _Report:
    """One call of :meth:`Receiving.receive`."""

    message: IncomingMessage
    verified: bool
    operator: str | None
    reopen: ReopenRule

    def columns(self) -> dict[str, Any]:
        """What is to be stored, by the names that the queries use."""
        message = self.message
        return {
            "user_id": message.user_id,
            "bot_type": message.bot_type,
            "direction": message.direction.value,
            "verified": self.verified,
            "operator": self.operator,
            "message_type": message.message_type.value,
            "text": message.text,
            "entities": message.entities or None,
            "media": message.media and {k: v for k, v in attrs.asdict(message.media).items() if v is not None},
            "payload": message.payload,
            "context": message.context,
            "telegram_message_id": message.telegram_message_id,
            "update_id": message.update_id,
            "reply_to_telegram_message_id": message.reply_to_telegram_message_id,
            "media_group_id": message.media_group_id,
            "created_at": message.created_at,
            "edited": message.edited,
            "first_name": message.first_name,
            "last_name": message.last_name,
            "username": message.username,
            "language_code": message.language_code,
            "folded_first_name": _folded(message.first_name),
            "folded_last_name": _folded(message.last_name),
            "folded_username": _folded(message.username),
        }


def _documents(columns: Mapping[str, Any]) -> dict[str, Jsonb | None]:
    return {name: None if columns[name] is None else Jsonb(columns[name]) for name in _DOCUMENTS}


class Receiving(Base):
    """Stores what users write; :class:`~opchat_core.ports.ChatRepository` documents it.

    Messages that come at the same time share a commit, which is most of what storing one costs. What is out of the
    ordinary goes alone: the first message of a chat, one that reopens it, and whatever came together with one that the
    database could not take.
    """

    def __init__(self, database: Database, *, clock: Clock | None = None, changed: Changed = lambda _: None) -> None:
        super().__init__(database, clock=clock, changed=changed)
        self._gathering = Gathering(self._receive)

    def receive(
        self, message: IncomingMessage, *, verified: bool, operator: str | None, reopen: ReopenRule
    ) -> Received:
        """See :meth:`opchat_core.ports.ChatRepository.receive`."""
        report = _Report(message, verified, operator, reopen)
        return self._settle(report, self._gathering.do(report))

    def receive_all(
        self, messages: Sequence[IncomingMessage], *, verified: bool, reopen: ReopenRule
    ) -> tuple[Received | Exception, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.receive_all`."""
        reports = [_Report(message, verified, None, reopen) for message in messages]
        outcomes = self._receive(reports) if len(reports) > 1 else [_ALONE] * len(reports)
        return tuple(self._settle_each(reports, outcomes))

    def _settle(self, report: _Report, found: Outcome) -> Received:
        outcome, stored = self._receive_alone(report) if found == _ALONE else found
        if stored is None:
            raise InvalidInput.of("created_at", "must not be more than five minutes ahead")
        if outcome != "duplicate":
            self._changed(Change(stored.user_id, stored.bot_type, stored.revision))
        return Received(stored, duplicate=outcome == "duplicate", updated=outcome == "edited")

    def list_unsupported(self, *, after: MessageKey | None, limit: int) -> tuple[Message, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.list_unsupported`."""
        begin = attrs.asdict(after or MessageKey(0, "", 0))
        return tuple(self._database.fetch(_LIST_UNSUPPORTED, to_message, {**begin, "limit": limit}))

    def reinterpret(self, key: MessageKey, message: IncomingMessage) -> Message | None:
        """See :meth:`opchat_core.ports.ChatRepository.reinterpret`."""
        columns = _Report(message, verified=True, operator=None, reopen=ReopenRule()).columns()
        parameters = {**columns, **_documents(columns), **attrs.asdict(key)}
        found = self._database.fetch_one(_REINTERPRET, to_message, parameters)
        if found:
            self._changed(Change(found.user_id, found.bot_type, found.revision))
        return found

    def _settle_each(self, reports: Sequence[_Report], outcomes: Sequence[Outcome]) -> Iterator[Received | Exception]:
        away: Unavailable | None = None
        for report, found in zip(reports, outcomes, strict=True):
            if away is not None and found == _ALONE:
                yield away  # once is enough to wait for a store that does not answer
                continue
            try:
                yield self._settle(report, found)
            except Unavailable as error:
                away = error
                yield error
            except Exception as error:  # noqa: BLE001 - its own caller gets it: the others are stored, or are yet to be
                yield error

    def _receive(self, reports: Sequence[_Report]) -> Sequence[Outcome]:
        if len(reports) == 1:
            return [self._receive_alone(reports[0])]
        try:
            return self._receive_all(reports)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - one of them is to blame: each learns by itself whether it is the one
            return [_ALONE] * len(reports)

    def _receive_alone(self, report: _Report) -> Outcome:
        columns = report.columns()
        reopen_within = None if report.reopen.within == timedelta.max else report.reopen.within
        parameters = {**columns, **_documents(columns), "reopen_within": reopen_within, "now": self._now()}
        return self._database.fetch_one(_RECEIVE, to_outcome, parameters) or _ALONE

    def _receive_all(self, reports: Sequence[_Report]) -> Sequence[Outcome]:
        rows = [{"place": place, **report.columns()} for place, report in enumerate(reports)]
        messages = json.dumps(list(map(_given, rows)), default=datetime.isoformat)
        found = self._database.fetch(_RECEIVE_ALL, _to_placed, {"messages": messages, "now": self._now()})
        return [outcome for _, outcome in sorted(found, key=lambda placed: placed[0])]


def _to_placed(place: int, **row: Any) -> tuple[int, Outcome]:
    return place, to_outcome(**row)


def _given(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _folded(name: str | None) -> str | None:
    return None if name is None else fold(name)
