"""One chat in memory, and everything that can happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import define

from opchat_core.errors import MessageNotFound
from opchat_core.model import (
    ChatStatus,
    Delivery,
    DeliveryStatus,
    Direction,
    IncomingMessage,
    Message,
    MessageType,
    Reaction,
    Reactions,
    Received,
    ReopenRule,
)
from opchat_core.testing.memory.entry import Entry
from opchat_core.testing.memory.outgoing import Outgoing

_CONTENT = ("message_type", "text", "entities", "media", "payload")


@define
class StoredChat(Outgoing):
    """A chat. Its methods are the steps of a chat; whoever calls them sees to it that they come one by one."""

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
