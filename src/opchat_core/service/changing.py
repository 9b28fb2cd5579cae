"""Changing what was sent, and reacting to what users wrote: in Telegram, too."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from opchat_core.errors import InvalidInput, Unavailable
from opchat_core.model import (
    MAX_CAPTION,
    MAX_TEXT,
    Action,
    ChangeAction,
    Message,
    MessageKey,
    MessageType,
    Part,
    formatting,
    message_subject,
    rules,
)
from opchat_core.model.bounds import CHANGEABLE, REACTIONS
from opchat_core.recorded import recorded
from opchat_core.service.base import Base

_log = logging.getLogger(__name__)


class Changing(Base):
    """Changes messages."""

    def edit(
        self, key: MessageKey, text: str, *, entities: Iterable[Mapping[str, Any]] = (), operator: str | None = None
    ) -> Message:
        """Give an answer another text or caption.

        Args:
            key: Which answer.
            text: At most 4096 UTF-16 units and not blank; a caption at most 1024, and may be empty.
            entities: Telegram's MessageEntity objects over it.
            operator: Who does it.

        Returns:
            The message as it stands after the first attempt; what Telegram has not done yet is its ``pending_change``.

        Raises:
            InvalidInput: If the text or its entities break a rule.
            MessageNotFound: If there is no such message.
            NotChangeable: If it is not an answer that can be edited now.
            TooLate: If it was sent over 48 hours ago.
            ChangeUnderWay: If Telegram is being asked for another change of it.
            TelegramNotConfigured: If there is no token for this bot.
        """
        message = self._store.find_message(key)
        part = _checked(text, tuple(entities), message.message_type if message else MessageType.TEXT)
        return self._change(key, ChangeAction.EDIT, operator, text=part)

    def delete(self, key: MessageKey, *, operator: str | None = None) -> Message:
        """Delete an answer, in Telegram too; see :meth:`edit`."""
        return self._change(key, ChangeAction.DELETE, operator)

    def set_reaction(self, key: MessageKey, emoji: str | None, *, operator: str | None = None) -> Message:
        """React to what the user wrote; see :meth:`edit`.

        Args:
            key: Which message.
            emoji: One of those that Telegram lets bots react with; None takes the reaction back.
            operator: Who does it.
        """
        if emoji is not None and emoji not in REACTIONS:
            raise InvalidInput.of("emoji", "must be one that Telegram lets bots react with")
        return self._change(key, ChangeAction.REACT, operator, emoji=emoji)

    def _change(
        self,
        key: MessageKey,
        action: ChangeAction,
        operator: str | None,
        *,
        text: Part | None = None,
        emoji: str | None = None,
    ) -> Message:
        self.courier.require(key.bot_type)
        with recorded(self._store, Action(action), operator, message_subject(key)) as store:
            message = store.request_change(key, action, operator=operator, window=CHANGEABLE, text=text, emoji=emoji)
        if message.pending_change is None:
            return message
        try:
            self.courier.deliver_change(key)
            return self._store.find_message(key) or message
        except Unavailable as error:  # the wish is stored, and that is what the caller must know
            _log.warning("delivery.first_attempt_put_off", extra={"reason": str(error)})
            return message


def _checked(text: str, entities: tuple[Mapping[str, Any], ...], kind: MessageType) -> Part:
    is_text = kind is MessageType.TEXT
    try:
        text = rules.string(MAX_TEXT if is_text else MAX_CAPTION, blank=not is_text)(text)
    except ValueError as error:
        raise InvalidInput.of("text", str(error)) from None
    try:
        formatting.check_entities(text, formatting.entities(entities))
    except ValueError as error:
        raise InvalidInput.of("entities", str(error)) from None
    return Part(text, entities)
