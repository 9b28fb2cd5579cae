"""What operators want of messages that are at Telegram, in memory."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from opchat_core.errors import ChangeUnderWay, MessageNotFound, NotChangeable, TooLate
from opchat_core.model import (
    ChangeAction,
    ChangeStatus,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Direction,
    FailureCode,
    Message,
    MessageKey,
    Outcome,
    Part,
    PendingChange,
    Reactions,
    Refused,
    Sent,
)
from opchat_core.testing.memory.chat import StoredChat
from opchat_core.testing.memory.entry import Entry
from opchat_core.testing.memory.files import InMemoryFiles

_DELETED = DeliveryError(FailureCode.DELETED.value, "It was deleted before it was sent.")


class InMemoryWishes(InMemoryFiles):
    """A :class:`~opchat_core.ports.WishRepository`."""

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
        """Change an answer that is not at Telegram; of any other message, keep the wish."""
        now = self._clock.now()
        with self._step_or_none(key.user_id, key.bot_type) as chat:
            entry = chat.entry(key.seq) if chat else None
            if chat is None or entry is None:
                raise MessageNotFound(f"The chat has no message {key.seq}.")
            here = entry.status in {DeliveryStatus.QUEUED, DeliveryStatus.FAILED}
            _check(entry, action, here=here, window=window, now=now)
            same = text and (entry.message.text, entry.message.entities) == (text.text, text.entities)
            if same and entry.message.pending_change is None:
                return entry.message
            if here and text:
                return chat.reword(entry, text, now)
            if here:
                return self._delete(chat, entry, now)
            entry.change_due_at, entry.change_leased = now, False
            change = PendingChange(
                action=action,
                text=text.text if text else None,
                entities=text.entities if text else (),
                emoji=emoji,
                operator=operator,
                requested_at=now,
            )
            return chat.change(entry, pending_change=change)

    def _delete(self, chat: StoredChat, entry: Entry, now: datetime) -> Message:
        message = entry.message
        number = self.find_file(message.key)
        if number is not None:
            del self._tables.files[number]
        delivery = message.delivery
        if delivery and delivery.status is DeliveryStatus.QUEUED:
            delivery = attrs.evolve(delivery, status=DeliveryStatus.FAILED, error=_DELETED, next_attempt_at=None)
        return chat.change(entry, deleted_at=now, delivery=delivery)

    def claim_changes(
        self, bot_type: str, *, limit: int, lease: timedelta, key: MessageKey | None = None
    ) -> tuple[Message, ...]:
        """Take messages whose change is due."""
        with self._lock:
            now = self._clock.now()
            if self._tables.bots[bot_type].pause_reason is not None:
                return ()
            due = [
                (entry.change_due_at, entry)
                for chat in self._tables.chats.values()
                for entry in chat.entries
                if chat.bot_type == bot_type
                and key in {None, entry.message.key}
                and entry.change_due_at
                and entry.change_due_at <= now
            ]
            taken = [entry for _, entry in sorted(due, key=lambda pair: pair[0])[:limit]]
            for entry in taken:
                entry.change_due_at, entry.change_leased = now + lease, True
                if change := entry.message.pending_change:
                    counted = attrs.evolve(change, attempts=change.attempts + 1)
                    entry.message = attrs.evolve(entry.message, pending_change=counted)
            return tuple(entry.message for entry in taken)

    def complete_change(self, message: Message, outcome: Outcome, *, wait: timedelta) -> Message | None:
        """Store what Telegram said to a change."""
        wanted, now = message.pending_change, self._clock.now()
        with self._step_or_none(message.user_id, message.bot_type) as chat:
            entry = chat.entry(message.seq) if chat else None
            change = entry.message.pending_change if entry else None
            pending = change and wanted and change.status is ChangeStatus.PENDING
            if not chat or not entry or not change or not wanted or not pending:
                return None
            if change.requested_at != wanted.requested_at:
                return None
            entry.change_due_at, entry.change_leased = None, False
            match outcome:
                case Sent():
                    return _done(chat, entry, change, now)
                case Refused(error, stops_sender=False):
                    refused = attrs.evolve(change, status=ChangeStatus.REFUSED, error=error)
                    return chat.change(entry, pending_change=refused)
                case Refused(error):
                    bot = self._tables.bots[message.bot_type]
                    bot.pause_reason = bot.pause_reason or error.message
                case Deferred(_, retry_after):
                    wait = retry_after or wait
            entry.change_due_at = now + wait
            return chat.change(entry, pending_change=attrs.evolve(change, error=outcome.error))


def _check(entry: Entry, action: ChangeAction, *, here: bool, window: timedelta, now: datetime) -> None:
    message = entry.message
    side = Direction.IN if action is ChangeAction.REACT else Direction.OUT
    arrived = message.telegram_message_id is not None and entry.status in {None, DeliveryStatus.SENT}
    if message.deleted_at or message.direction is not side or not (here or arrived):
        raise NotChangeable("This message cannot be changed as it is now.")
    if not here and side is Direction.OUT and (message.sent_at or message.created_at) <= now - window:
        raise TooLate("Telegram lets bots change their messages for 48 hours only.")
    if entry.change_leased and entry.change_due_at and entry.change_due_at > now:
        raise ChangeUnderWay("Telegram is being asked for another change of this message; try again.")


def _done(chat: StoredChat, entry: Entry, change: PendingChange, now: datetime) -> Message:
    match change.action:
        case ChangeAction.EDIT:
            return chat.reword(entry, Part(change.text or "", change.entities), now)
        case ChangeAction.DELETE:
            return chat.change(entry, deleted_at=now, pending_change=None)
        case ChangeAction.REACT:
            given = ({"type": "emoji", "emoji": change.emoji},) if change.emoji else ()
            return chat.change(entry, reactions=Reactions(entry.message.reactions.user, given), pending_change=None)
