"""One chat in memory: its messages, and how answers leave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import Factory, define

from opchat_core.errors import AnsweredByColleague, FileGone, InvalidInput, MessageNotFound, NotRetryable
from opchat_core.model import (
    Answer,
    ChatStatus,
    Deferred,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Direction,
    FailureCode,
    Lost,
    Media,
    Message,
    Outcome,
    Pace,
    Part,
    Presence,
    Refused,
    Sent,
)
from opchat_core.model.formatting import buttons_to_json
from opchat_core.ports import Queued
from opchat_core.testing.memory.bot import StoredBot, ready_after
from opchat_core.testing.memory.entry import Entry

_LEASE_EXPIRED = DeliveryError(
    FailureCode.LEASE_EXPIRED.value, "The process that was sending it stopped before it knew the result."
)
_EXPIRED = DeliveryError(FailureCode.EXPIRED.value, "It waited too long to be sent.")


@define
class Outgoing:
    """A chat, as far as its answers go; ``StoredChat`` adds the rest."""

    user_id: int
    bot_type: str
    last_message_at: datetime
    status: ChatStatus = ChatStatus.OPEN
    closed_at: datetime | None = None
    read_seq: int = 0
    revision: int = 0
    blocked_by_user: bool = False
    ready_at: datetime | None = None
    entries: list[Entry] = Factory(list)
    present: dict[str, tuple[Presence, datetime]] = Factory(dict)

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages, oldest first."""
        return tuple(entry.message for entry in self.entries)

    @property
    def unread_count(self) -> int:
        """How many messages of the user nobody has marked read."""
        return sum(entry.message.direction is Direction.IN for entry in self.entries[self.read_seq :])

    @property
    def attend_at(self) -> datetime | None:
        """When a worker must look at the chat: its head answer is due and may leave, or the lease on it runs out."""
        head = self.head
        if head is None or head.attend_at is None:
            return None
        return head.attend_at if head.lease_until or not self.ready_at else max(head.attend_at, self.ready_at)

    def under_way(self) -> Iterator[Entry]:
        """The queue: what is queued or being sent, in the order of the chat."""
        return (entry for entry in self.entries if entry.status in {DeliveryStatus.QUEUED, DeliveryStatus.SENDING})

    @property
    def head(self) -> Entry | None:
        """What is to be looked at first: what is under way, also when an older one was queued again; then by order."""
        return min(
            self.under_way(), key=lambda e: (e.status is not DeliveryStatus.SENDING, e.message.seq), default=None
        )

    def entry(self, seq: int) -> Entry | None:
        """Find a message."""
        return self.entries[seq - 1] if 1 <= seq <= len(self.entries) else None

    def queue(
        self,
        answer: Answer,
        *,
        operator: str | None,
        quote: Mapping[str, Any] | None,
        now: datetime,
        has_files: bool,
    ) -> Queued:
        """Store an answer; see :meth:`opchat_core.ports.DeliveryRepository.queue_answer`."""
        if answer.client_message_id is not None:
            before = tuple(m for m in self.messages if m.client_message_id == answer.client_message_id)
            if before:
                return Queued(before, duplicate=True)
        if answer.last_seen_seq is not None:
            newer = self.messages[answer.last_seen_seq :]
            if any(m.direction is Direction.OUT and m.operator != operator for m in newer):
                raise AnsweredByColleague(newer)
        if answer.reply_to is not None and self.entry(answer.reply_to) is None:
            raise InvalidInput.of("reply_to", "must be the seq of a message of this chat")
        if not has_files:
            raise InvalidInput.of("files", "must be uploaded and go with no other message")
        first = len(self.entries) + 1
        entries = [
            self._add(
                direction=Direction.OUT,
                verified=True,
                message_type=piece.message_type,
                text=piece.text.text,
                entities=piece.text.entities,
                media=piece.upload and piece.upload.media,
                context={"quote": quote} if piece.is_first and quote else None,
                buttons=buttons_to_json(piece.buttons),
                media_group_id=piece.album and f"answer-{first}-{piece.album}",
                reply_to=answer.reply_to if piece.is_first else None,
                created_at=now,
                operator=operator,
                client_message_id=answer.client_message_id,
                delivery=Delivery(DeliveryStatus.QUEUED, next_attempt_at=now),
            )
            for piece in answer.pieces
        ]
        for entry in entries:
            entry.queued_at = now
        return Queued(tuple(entry.message for entry in entries))

    def claim(
        self, bot: StoredBot, *, ahead: int, lease: timedelta, max_age: timedelta, pace: Pace, now: datetime
    ) -> list[Message]:
        """Settle what ran out of time, then take the head of the queue if it is due; returns what changed."""
        changed = []
        for entry in list(self.under_way()):
            if entry.lease_until is not None and entry.lease_until <= now:
                changed.append(self._deliver(entry, DeliveryStatus.UNKNOWN, error=_LEASE_EXPIRED))
            elif entry.status is DeliveryStatus.QUEUED and entry.queued_at and entry.queued_at <= now - max_age:
                changed.append(self._deliver(entry, DeliveryStatus.FAILED, error=_EXPIRED))
        head = self.head
        delivery = head and head.message.delivery
        due = head and delivery and delivery.next_attempt_at and self.attend_at and self.attend_at <= now
        if not head or not due:
            return changed
        leaving = self._leaving_with(head)
        bytes_of_files = sum(entry.message.media.file_size or 0 for entry in leaving if entry.message.media)
        lease += bytes_of_files / 131072 * timedelta(seconds=1)
        if bot.charge(pace, ahead=ahead, leave=len(leaving), lease=lease, now=now):
            self.ready_at = ready_after(self.ready_at, now, pace.chat, len(leaving))
            for entry in leaving:
                entry.lease_until = now + lease
                delivery = entry.message.delivery or Delivery(DeliveryStatus.QUEUED)
                taken = attrs.evolve(
                    delivery, status=DeliveryStatus.SENDING, attempts=delivery.attempts + 1, next_attempt_at=None
                )
                changed.append(self.change(entry, delivery=taken))
        return changed

    def _leaving_with(self, head: Entry) -> list[Entry]:
        """What goes out together: what is queued of an album, or the head alone."""
        album = head.message.media_group_id
        queued = [entry for entry in self.entries if entry.status is DeliveryStatus.QUEUED]
        return [entry for entry in queued if entry is head or (album and entry.message.media_group_id == album)]

    def complete(self, message: Message, outcome: Outcome, *, wait: timedelta, now: datetime) -> Message | None:
        """Store how the attempt that a message was claimed for ended; None when it is not the one under way."""
        entry = self.entry(message.seq)
        if entry is None or entry.status is not DeliveryStatus.SENDING or _attempt(entry.message) != _attempt(message):
            return None
        if not isinstance(outcome, Sent) and outcome.error.code == FailureCode.BLOCKED_BY_USER:
            self.blocked_by_user = True
        match outcome:
            case Sent(telegram_message_id, media):
                self.blocked_by_user = False
                entry.message = attrs.evolve(
                    entry.message,
                    telegram_message_id=telegram_message_id,
                    media=_merged(entry.message.media, media),
                    sent_at=now,
                )
                return self._deliver(entry, DeliveryStatus.SENT)
            case Deferred(error, retry_after):
                due = now + (wait if retry_after is None else retry_after)
                return self._deliver(entry, DeliveryStatus.QUEUED, error=error, due=due)
            case Refused(error):
                return self._deliver(entry, DeliveryStatus.FAILED, error=error)
            case Lost(error):
                return self._deliver(entry, DeliveryStatus.UNKNOWN, error=error)

    def settle(self, seq: int, status: DeliveryStatus, now: datetime, *, has_file: bool) -> Message:
        """End a doubt or failure; see :meth:`opchat_core.ports.DeliveryRepository.settle`."""
        entry = self.entry(seq)
        if entry is None:
            raise MessageNotFound(f"The chat has no message {seq}.")
        retry = status is DeliveryStatus.QUEUED
        if entry.status is not DeliveryStatus.UNKNOWN and not (retry and entry.status is DeliveryStatus.FAILED):
            raise NotRetryable("Only a failed or doubtful answer can be settled.")
        if entry.message.deleted_at:
            raise NotRetryable("A deleted answer stays deleted.")
        if retry and entry.message.media and entry.message.media.file_id is None and not has_file:
            raise FileGone("The file is gone.")
        if retry:
            entry.queued_at = now
        delivery = entry.message.delivery
        error = delivery.error if delivery and status is DeliveryStatus.FAILED else None
        return self._deliver(entry, status, error=error, due=now if retry else None)

    def _deliver(
        self, entry: Entry, status: DeliveryStatus, *, error: DeliveryError | None = None, due: datetime | None = None
    ) -> Message:
        entry.lease_until = None
        attempts = entry.message.delivery.attempts if entry.message.delivery else 0
        if status is not DeliveryStatus.SENT:
            entry.message = attrs.evolve(entry.message, sent_at=None)
        return self.change(entry, delivery=Delivery(status, error, attempts, due))

    def _add(self, **fields: Any) -> Entry:
        self.revision += 1
        message = Message(
            user_id=self.user_id,
            bot_type=self.bot_type,
            seq=len(self.entries) + 1,
            revision=self.revision,
            **fields,
        )
        self.entries.append(Entry(message))
        self.last_message_at = max(self.last_message_at, message.created_at)
        return self.entries[-1]

    def reword(self, entry: Entry, text: Part, now: datetime) -> Message:
        """Give a message another text, and keep what it said as one of its versions."""
        entry.remember(entry.message, entry.message.edited_at or entry.message.created_at)
        return self.change(entry, text=text.text, entities=text.entities, edited_at=now, pending_change=None)

    def change(self, entry: Entry, **fields: Any) -> Message:
        """Change a message, which moves the revision of the chat."""
        self.revision += 1
        entry.message = attrs.evolve(entry.message, revision=self.revision, **fields)
        return entry.message


def _attempt(message: Message) -> tuple[datetime, int]:
    """What tells an attempt from any other with the same ``seq``, also from one in a chat that was forgotten."""
    return message.created_at, message.delivery.attempts if message.delivery else 0


def _merged(known: Media | None, told: Media | None) -> Media | None:
    """What is known of a file, with what Telegram tells of it."""
    if known is None or told is None:
        return known or told
    return attrs.evolve(known, **{name: value for name, value in attrs.asdict(told).items() if value is not None})
