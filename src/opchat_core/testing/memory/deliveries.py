"""The queue of answers in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from opchat_core.errors import MessageNotFound
from opchat_core.model import Answer, Deferred, DeliveryStatus, Message, MessageKey, Outcome, Pace, Sent
from opchat_core.ports import Backlog, Parcel, Queued
from opchat_core.testing.memory.chat import StoredChat
from opchat_core.testing.memory.files import InMemoryFiles

AHEAD = 2
"""How many answers of chats that somebody looks at may run ahead of the bot's pace."""


class InMemoryDeliveries(InMemoryFiles):
    """A :class:`~opchat_core.ports.DeliveryRepository`."""

    def queue_answer(
        self,
        user_id: int,
        bot_type: str,
        answer: Answer,
        *,
        operator: str | None,
        quote: Mapping[str, Any] | None = None,
    ) -> Queued:
        """Store an answer as ``queued``."""
        with self._step(user_id, bot_type) as chat:
            has_files = self._are_free([piece.upload.number for piece in answer.pieces if piece.upload])
            queued = chat.queue(answer, operator=operator, quote=quote, now=self._clock.now(), has_files=has_files)
            if not queued.duplicate:
                for message, piece in zip(queued.messages, answer.pieces, strict=True):
                    if piece.upload:
                        self._tables.files[piece.upload.number].key = message.key
            return queued

    def claim(
        self, bot_type: str, *, limit: int, lease: timedelta, max_age: timedelta, pace: Pace, user_id: int | None = None
    ) -> tuple[Parcel, ...]:
        """Take answers that are due, at most one a chat, and settle those whose time is over."""
        now = self._clock.now()
        changed: list[Parcel] = []
        with self._lock:
            bot = self._tables.bots[bot_type]
            due = [
                (attend_at, chat)
                for chat in self._tables.chats.values()
                if chat.bot_type == bot_type
                and user_id in {None, chat.user_id}
                and (attend_at := chat.attend_at) is not None
                and attend_at <= now
            ]
            if user_id is None:
                # Leases run out all the same; nothing else happens while the bot must not send.
                may_send = bot.may_send(now)
                due = [(at, chat) for at, chat in due if may_send or _has_lease(chat)]
                due = sorted(due, key=lambda pair: pair[0])[:limit]
            ahead = 0 if user_id is None else AHEAD
            for _, stored in due:
                with self._step(stored.user_id, bot_type) as chat:
                    taken = chat.claim(bot, ahead=ahead, lease=lease, max_age=max_age, pace=pace, now=now)
                    changed += [
                        Parcel(message, chat.number_of(message.reply_to), self._file_of(message)) for message in taken
                    ]
        return tuple(changed)

    def complete(self, message: Message, outcome: Outcome, *, wait: timedelta, learns: bool = True) -> Message | None:
        """Store the outcome of the attempt that ``message`` was claimed for."""
        now = self._clock.now()
        if isinstance(outcome, Deferred) and outcome.retry_after:
            wait = outcome.retry_after
        with self._step_or_none(message.user_id, message.bot_type) as chat:
            stored = chat.complete(message, outcome, wait=wait, now=now) if chat else None
            if stored and isinstance(outcome, Sent):
                self._arrived(stored)
            if stored and learns:
                self._tables.bots[message.bot_type].learn(message.user_id, outcome, wait=wait, now=now)
            return stored

    def settle(self, key: MessageKey, status: DeliveryStatus) -> Message:
        """End the doubt or failure of an answer by a person's word."""
        with self._step_or_none(key.user_id, key.bot_type) as chat:
            if chat is None:
                raise MessageNotFound(f"The chat has no message {key.seq}.")
            return chat.settle(key.seq, status, self._clock.now(), has_file=self.find_file(key) is not None)

    def next_due(self, bot_type: str) -> timedelta | None:
        """How long until :meth:`claim` finds something; None when nothing is queued."""
        with self._lock:
            chats = (chat for chat in self._tables.chats.values() if chat.bot_type == bot_type)
            ready_at = self._tables.bots[bot_type].ready_at
            moments = [at if _has_lease(chat) else max(at, ready_at) for chat in chats if (at := chat.attend_at)]
            return max(min(moments) - self._clock.now(), timedelta(0)) if moments else None

    def backlog(self, bot_type: str) -> Backlog:
        """Sum up what waits."""
        with self._lock:
            entries = [e for c in self._tables.chats.values() if c.bot_type == bot_type for e in c.entries]
            statuses = [entry.status for entry in entries]
            queued = [e.queued_at for e in entries if e.queued_at and e.status is DeliveryStatus.QUEUED]
            now, bot = self._clock.now(), self._tables.bots[bot_type]
            return Backlog(
                queued=statuses.count(DeliveryStatus.QUEUED),
                sending=statuses.count(DeliveryStatus.SENDING),
                unknown=statuses.count(DeliveryStatus.UNKNOWN),
                oldest_queued_age=now - min(queued) if queued else None,
                pause_reason=bot.pause_reason,
                wait_reason=bot.wait_reason if bot.waits_until > now else None,
            )

    def is_paused(self, bot_type: str) -> bool:
        """Whether the bot must not send."""
        with self._lock:
            return self._tables.bots[bot_type].pause_reason is not None

    def resume(self, bot_type: str) -> None:
        """Let a paused bot send again."""
        with self._lock:
            self._tables.bots[bot_type].pause_reason = None


def _has_lease(chat: StoredChat) -> bool:
    return any(entry.status is DeliveryStatus.SENDING for entry in chat.entries)
