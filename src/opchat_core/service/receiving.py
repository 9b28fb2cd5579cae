"""The user's side: what they write, and whether they want to hear from us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack, cast

import attrs

from opchat_core.errors import ForbiddenDirection, ForbiddenEdit
from opchat_core.model import (
    OPERATOR,
    Action,
    Chat,
    Direction,
    IncomingMessage,
    Message,
    Reaction,
    Received,
    message_subject,
)
from opchat_core.model.given import MessageFields
from opchat_core.service.base import Base, found


class Receiving(Base):
    """Takes in what users write."""

    def receive(
        self, *, user_id: int, text: str = "", verified: bool = True, **fields: Unpack[MessageFields]
    ) -> Message:
        """Store a message that happened, exactly once.

        Args:
            user_id: Telegram user id.
            text: The text or caption.
            verified: Whether its origin is beyond doubt.
            **fields: More fields of :class:`~opchat_core.model.IncomingMessage`.

        Returns:
            The stored message; the one that was there when the same message comes again.

        Raises:
            InvalidInput: If a field breaks its rule; nothing is stored.
            Unavailable: If the store is away; hand it in again.
        """
        message = IncomingMessage(user_id=user_id, text=text, **cast("dict[str, Any]", fields))
        return self.take_in(message, verified=verified).message

    def take_in(self, message: IncomingMessage, *, verified: bool, operator: str | None = None) -> Received:
        """Store a message and say what became of it: stored, known already, or a new version.

        An unverified message cannot report an answer, edit, set its own time, or be known by an update's number.

        Args:
            message: The message.
            verified: Whether its origin is beyond doubt.
            operator: Who sent it, where it is an answer that was sent elsewhere.

        Raises:
            ForbiddenDirection: If an unverified caller reports an answer.
            ForbiddenEdit: If an unverified caller edits a message.
            InvalidInput: If it claims to be from more than five minutes ahead.
            Unavailable: If the store is away.
        """
        if not verified:
            if message.direction is Direction.OUT:
                raise ForbiddenDirection("Only a verified caller may record an answer that was sent elsewhere.")
            if message.edited:
                raise ForbiddenEdit("Only a verified caller may edit a message.")
            message = attrs.evolve(message, created_at=None, update_id=None)
        if message.direction is Direction.OUT:
            received = self._take_record(message, operator)
        else:
            received = self._store.receive(message, verified=verified, operator=operator, reopen=self.config.reopen)
        if not received.duplicate:
            self.hooks.on_message.tell(received.message)
        return received

    def take_in_all(self, messages: Sequence[IncomingMessage]) -> tuple[Received | Exception, ...]:
        """Store messages whose origin is beyond doubt, in as few commits as can be; see :meth:`take_in`.

        Returns:
            What became of each, in their order; the error where it was not stored, whatever error that is, which keeps
            no other from it.

        Raises:
            Unavailable: If the store is away; then some may be stored, and handing them in again does not double them.
        """
        received = self._store.receive_all(messages, verified=True, reopen=self.config.reopen)
        for one in received:
            if isinstance(one, Received) and not one.duplicate:
                self.hooks.on_message.tell(one.message)
        return received

    def _take_record(self, message: IncomingMessage, operator: str | None) -> Received:
        """Store an answer that was sent elsewhere; that somebody said so is remembered like any answer."""
        with self._store.together() as store:
            received = store.receive(message, verified=True, operator=operator, reopen=self.config.reopen)
            if not received.duplicate:
                store.record(Action.RECORD, actor=operator, subject=message_subject(received.message.key))
        return received

    def react(self, reaction: Reaction) -> Received:
        """Store with what a user reacts to a message now, and say whether that is news.

        Raises:
            UserNotFound: If there is no such chat.
            MessageNotFound: If the chat has no message with this number of Telegram.
        """
        return self._store.react(reaction)

    def set_blocked(self, user_id: int, *, blocked: bool, bot_type: str = OPERATOR) -> Chat:
        """Record that the user has blocked or unblocked the bot.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return found(self._store.set_blocked(user_id, bot_type, blocked=blocked))
