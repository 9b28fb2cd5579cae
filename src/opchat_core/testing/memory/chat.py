"""One chat in memory, and everything that can happen to it."""

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
    IncomingMessage,
    Lost,
    Media,
    Message,
    MessageType,
    Outcome,
    Pace,
    Part,
    Presence,
    Reaction,
    Reactions,
    Received,
    Refused,
    ReopenRule,
    Sent,
)
from opchat_core.model.formatting import buttons_to_json
from opchat_core.ports import MessageVersion, Queued
from opchat_core.testing.memory.bot import StoredBot, ready_after

_CONTENT = ("message_type", "text", "entities", "media", "payload")
_LEASE_EXPIRED = DeliveryError(
    FailureCode.LEASE_EXPIRED.value, "The process that was sending it stopped before it knew the result."
)
_EXPIRED = DeliveryError(FailureCode.EXPIRED.value, "It waited too long to be sent.")


@define
class Entry:
    """A stored message with what only the store knows of it."""

    message: Message
    update_id: int | None = None
    versions: list[MessageVersion] = Factory(list)
    reacted_at: datetime | None = None
    queued_at: datetime | None = None
    lease_until: datetime | None = None
    change_due_at: datetime | None = None
    change_leased: bool = False

    def remember(self, was: Message | IncomingMessage, written_at: datetime) -> None:
        """Keep what the message was as an earlier version."""
        content = (was.text, written_at, was.message_type, was.entities, was.media, was.payload)
        self.versions.append(MessageVersion(*content, number=len(self.versions) + 1))

    @property
    def status(self) -> DeliveryStatus | None:
        """How far the answer has come; None for what the user wrote."""
        return self.message.delivery.status if self.message.delivery else None

    @property
    def attend_at(self) -> datetime | None:
        """When a worker must look at it; None when it is not under way."""
        delivery = self.message.delivery
        return self.lease_until or (delivery.next_attempt_at if delivery else None)


@define
class StoredChat:
    """A chat. Its methods are the steps of a chat; whoever calls them sees to it that they come one by one."""

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

    # The user's side

    def receive(
        self, message: IncomingMessage, *, verified: bool, operator: str | None, reopen: ReopenRule, now: datetime
    ) -> Received:
        """Store what happened; see :meth:`opchat_core.ports.ChatRepository.receive`."""
        created_at = message.created_at or now
        known = self._known(message, verified=verified)
        if known is not None:
            return self._edit(known, message, created_at)
        incoming = message.direction is Direction.IN
        reply_to = self._seq_of(message.reply_to_telegram_message_id)
        entry = self._add(
            direction=message.direction,
            verified=verified,
            message_type=message.message_type,
            text=message.text,
            entities=message.entities,
            media=message.media,
            payload=message.payload,
            context=message.context if reply_to is None else _without_reply(message.context),
            telegram_message_id=message.telegram_message_id,
            reply_to=reply_to,
            media_group_id=message.media_group_id,
            created_at=created_at,
            edited_at=created_at if message.edited else None,
            operator=None if incoming else operator,
            delivery=None if incoming else Delivery(DeliveryStatus.SENT),
        )
        entry.update_id = _update_of(message)
        if incoming and verified:
            self.blocked_by_user = False  # whoever writes has not blocked the bot
        if incoming and self.closed_at is not None and _reopens(reopen, self.closed_at, now):
            self.status, self.closed_at = ChatStatus.OPEN, None
        return Received(entry.message)

    def _known(self, message: IncomingMessage, *, verified: bool) -> Entry | None:
        if message.telegram_message_id is None:
            update_id = _update_of(message)
            return next(
                (
                    entry
                    for entry in self.entries
                    if entry.update_id == update_id is not None and entry.message.verified is verified
                ),
                None,
            )
        return next(
            (
                entry
                for entry in self.entries
                if entry.message.telegram_message_id == message.telegram_message_id
                and entry.message.direction is message.direction
                and (message.direction is Direction.OUT or entry.message.verified is verified)
            ),
            None,
        )

    def _edit(self, entry: Entry, new: IncomingMessage, written_at: datetime) -> Received:
        old = entry.message
        changed = any(getattr(old, name) != getattr(new, name) for name in _CONTENT)
        known = any(version.text == new.text and version.written_at == written_at for version in entry.versions)
        if not new.edited or not changed or known:
            return Received(old, duplicate=True)
        moves = (
            old.message_type is new.message_type is MessageType.LOCATION
            and old.edited_at is not None
            and "live_period" in (old.payload or {})
        )
        if moves and old.edited_at and written_at < old.edited_at:  # where the user was before
            return Received(old, duplicate=True)
        if old.edited_at and written_at < old.edited_at:  # from before the last edit, come late
            entry.remember(new, written_at)
            return Received(self.change(entry), updated=True)
        if not moves:  # of a live location the first position is kept, and the newest
            entry.remember(old, old.edited_at or old.created_at)
        content = {name: getattr(new, name) for name in _CONTENT}
        return Received(self.change(entry, edited_at=written_at, **content), updated=True)

    def reinterpret(self, seq: int, new: IncomingMessage) -> Message | None:
        """Give a raw message its meaning; see :meth:`opchat_core.ports.ChatRepository.reinterpret`."""
        entry = self.entry(seq)
        if entry is None or not is_unsupported(entry.message):
            return None
        old = entry.message
        entry.remember(old, old.edited_at or old.created_at)
        answers = new.reply_to_telegram_message_id
        reply_to = (old.reply_to or self._seq_of(answers)) if answers is not None else None
        return self.change(
            entry,
            **{name: getattr(new, name) for name in _CONTENT},
            context=new.context if reply_to is None else _without_reply(new.context),
            reply_to=reply_to,
            media_group_id=new.media_group_id,
        )

    def react(self, reaction: Reaction, now: datetime) -> Received:
        """Store a reaction; see :meth:`opchat_core.ports.ChatRepository.react`."""
        entry = self.entry(self._seq_of(reaction.telegram_message_id) or 0)
        if entry is None:
            raise MessageNotFound("The chat has no message with this number of Telegram.")
        old, reacted_at = entry.message, reaction.reacted_at or now
        if old.reactions.user == reaction.reactions or (entry.reacted_at and reacted_at < entry.reacted_at):
            return Received(old, duplicate=True)
        entry.reacted_at = reacted_at
        return Received(self.change(entry, reactions=Reactions(reaction.reactions, old.reactions.operator)))

    def number_of(self, seq: int | None) -> int | None:
        """Telegram's number of a message, if it has one."""
        entry = self.entry(seq or 0)
        return entry.message.telegram_message_id if entry else None

    def _seq_of(self, telegram_message_id: int | None) -> int | None:
        """Find a message by Telegram's number: a verified one before an unverified one, then the newest."""
        found = [m for m in self.messages if m.telegram_message_id == telegram_message_id is not None]
        return max(found, key=lambda m: (m.verified, m.seq)).seq if found else None

    # The operator's side

    def set_status(self, status: ChatStatus, now: datetime) -> None:
        """Open or close."""
        if status is not self.status:
            self.status = status
            self.closed_at = now if status is ChatStatus.CLOSED else None
            self.revision += 1

    def mark_read(self, seq: int) -> None:
        """Mark read up to a message; never marks anything unread again."""
        seq = min(seq, len(self.entries))
        if seq > self.read_seq:
            self.read_seq = seq
            self.revision += 1

    def set_blocked(self, *, blocked: bool) -> None:
        """Record whether the user has blocked the bot."""
        if blocked is not self.blocked_by_user:
            self.blocked_by_user = blocked
            self.revision += 1

    def queue(self, answer: Answer, *, operator: str | None, quote: Mapping[str, Any] | None, now: datetime) -> Queued:
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

    # Delivery

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

    def complete(self, seq: int, attempt: int, outcome: Outcome, *, wait: timedelta, now: datetime) -> Message | None:
        """Store how an attempt ended; None when it is not the one under way."""
        entry = self.entry(seq)
        delivery = entry and entry.message.delivery
        if not entry or not delivery or delivery.status is not DeliveryStatus.SENDING or delivery.attempts != attempt:
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


def _merged(known: Media | None, told: Media | None) -> Media | None:
    """What is known of a file, with what Telegram tells of it."""
    if known is None or told is None:
        return known or told
    return attrs.evolve(known, **{name: value for name, value in attrs.asdict(told).items() if value is not None})


def is_unsupported(message: Message) -> bool:
    """Whether the bot handed it in as what nobody understood."""
    raw = message.message_type is MessageType.UNSUPPORTED
    return raw and message.verified and message.direction is Direction.IN


def _without_reply(context: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What is told around a message, without the message that it answers: that is stored itself."""
    return {key: value for key, value in (context or {}).items() if key != "reply_to_message"} or None


def _update_of(message: IncomingMessage) -> int | None:
    """The number of the update, where it is what the message is known by."""
    numbered = message.telegram_message_id is not None or message.direction is Direction.OUT
    return None if numbered else message.update_id


def _reopens(rule: ReopenRule, closed_at: datetime, now: datetime) -> bool:
    return rule.within == timedelta.max or closed_at > now - rule.within
