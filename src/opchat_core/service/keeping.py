"""The keeper's side: what strangers may do, what was done, taking data out and erasing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import attrs

from opchat_core.errors import TooManyRequests
from opchat_core.model import OPERATOR, Action, AuditRecord, Charge, IncomingMessage, Message, MessageKey, chat_subject
from opchat_core.model.health import BotHealth, BotReport
from opchat_core.ports import Store
from opchat_core.recorded import recorded
from opchat_core.service.base import Base

_PAGE = 200  # messages that are read at once


class Keeping(Base):
    """Looks after an installation."""

    def admit(self, charges: Sequence[Charge]) -> None:
        """Take one from each allowance, over all processes; for whoever lets strangers in.

        Raises:
            TooManyRequests: If one of them is used up; then nothing is taken from any.
        """
        wait = self._store.charge(charges) if charges else timedelta(0)
        if wait > timedelta(0):
            raise TooManyRequests("Too many requests; come again later.", retry_after=wait)

    def acquit(self, charge: Charge) -> None:
        """Make an allowance whole again, for its holder has proved who they are."""
        self._store.acquit(charge)

    def check(self) -> None:
        """Make sure that the store can be reached and has the right schema.

        Raises:
            Unavailable: If not.
        """
        self._store.check()

    def report_bot(self, report: BotReport) -> None:
        """Take what a bot says of itself; opchat's own does so every half minute.

        Raises:
            Unavailable: If the store is away.
        """
        self._store.report_bot(report)

    def bot_health(self, *, bot_type: str = OPERATOR) -> BotHealth:
        """Tell how a bot fares: whether it is there and keeps up, and whether its answers leave.

        Raises:
            Unavailable: If the store is away.
        """
        return self._store.bot_health(bot_type)

    def unsupported(self) -> Iterator[Message]:
        """Read what the bot handed in and could not name, of all chats; its raw update is in ``payload``."""
        last: MessageKey | None = None
        while page := self._store.list_unsupported(after=last, limit=_PAGE):
            yield from page
            last = page[-1].key

    def reinterpret(self, key: MessageKey, message: IncomingMessage) -> Message | None:
        """Give an ``unsupported`` message the meaning that a later version has found in it.

        Args:
            key: Which message.
            message: What it is; see :meth:`opchat_core.ports.ChatRepository.reinterpret`.

        Returns:
            The message as it is then; None where it is not ``unsupported`` (any more), and nothing is changed.
        """
        return self._store.reinterpret(key, message)

    def export(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Iterator[Message]:
        """Read a whole chat, oldest first, without holding it in memory; ``operator`` is who takes it."""
        self._store.record(Action.EXPORT, actor=operator, subject=chat_subject(user_id, bot_type))
        return self._store.stream_messages(user_id, bot_type)

    def forget(self, user_id: int, *, bot_type: str | None = None, operator: str | None = None) -> int:
        """Erase a user's chats, or the chat with one bot, for good, and what this machine's cache has of their files.

        The records of what people did there stay without the user's id, but for that of the erasure.

        Args:
            user_id: The user.
            bot_type: The chat with this bot only; None for all.
            operator: Who does it.

        Returns:
            How many messages went.
        """
        messages = 0
        for one in self._store.list_bot_types(user_id) if bot_type is None else (bot_type,):
            with recorded(self._store, Action.FORGET, operator, chat_subject(user_id, one)) as store:
                messages += self._erase(store, user_id, one)
        return messages

    def expire(self, *, idle_for: timedelta, limit: int = 100) -> int:
        """Erase chats in which nobody has written for long, as :meth:`forget` does; those idle longest first.

        Each is a transaction of its own, and one in which somebody writes at that moment stays. Safe from several
        processes at once.

        Args:
            idle_for: How long nobody has written.
            limit: At most so many chats.

        Returns:
            How many chats went.
        """
        for gone in range(limit):
            with self._store.together() as store:
                idle = store.lock_idle(idle_for=idle_for)
                if idle is None:
                    return gone
                self._erase(store, *idle)
                store.record(Action.FORGET, actor="retention", subject=chat_subject(*idle))
        return limit

    def _erase(self, store: Store, user_id: int, bot_type: str) -> int:
        for message in store.stream_messages(user_id, bot_type):
            before = store.list_versions(message.key) if message.edited_at else ()
            for media in {message.media, *(version.media for version in before)}:
                self.media.forget(attrs.evolve(message, media=media))
        messages = store.forget_chat(user_id, bot_type)
        store.mask_records(user_id, bot_type)
        return messages

    def audit(self, *, limit: int = 100) -> tuple[AuditRecord, ...]:
        """Read what people did last, newest first."""
        return self._store.list_records(limit=limit)

    def prune_audit(self, *, older_than: timedelta, operator: str | None = None) -> int:
        """Delete records of what people did that are older, and remember that; how many there were.

        Args:
            older_than: The least age of what goes.
            operator: Who does it.
        """
        with recorded(self._store, Action.PRUNE, operator, "audit") as store:
            return store.prune_records(older_than=older_than)
