"""A message that callers hand in to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from opchat_core.errors import InvalidInput
from opchat_core.model import rules
from opchat_core.model.checked import Checked, checked
from opchat_core.model.message import Media, media
from opchat_core.model.words import OPERATOR, Direction, MessageType


@frozen(kw_only=True)
class IncomingMessage(Checked):
    """A message that happened and is to be stored.

    Attributes:
        user_id: Telegram user id, an integer or decimal string, 1 to 2^52.
        text: At most 4096 UTF-16 units; not blank for kind ``text``, the caption otherwise. ``messageText`` in JSON.
        message_type: What it is.
        bot_type: Which bot it was written to, ``[a-z0-9_-]{1,32}``.
        direction: ``in``; or ``out`` for an answer that was sent elsewhere.
        telegram_message_id: Telegram's positive number; with bot type, user and direction it identifies the message.
        update_id: Telegram's number of the update that brought it; identifies what the user wrote where there is no
            ``telegram_message_id``.
        first_name: Refreshes the user's record; an empty string clears it, None leaves it.
        last_name: The same.
        username: The same, without the ``@``.
        language_code: The same.
        created_at: When it was written, aware; None for now.
        media: The file, for kinds that carry one.
        reply_to_telegram_message_id: Telegram's number of the message that it answers.
        media_group_id: The same for every part of an album.
        entities: Telegram's MessageEntity objects.
        payload: A JSON object for kinds without a file, and for what ``media`` has no key for.
        context: What Telegram tells around the message, under Telegram's names: ``forward_origin``, ``quote`` and
            others. ``reply_to_message`` is kept only where the message that it answers is not stored.
        edited: This is a new version of the message with that ``telegram_message_id``.
    """

    user_id: int = checked(rules.telegram_id)
    text: str = checked(rules.message_text, default="", key="messageText")
    message_type: MessageType = checked(rules.word(MessageType), default=MessageType.TEXT)
    bot_type: str = checked(rules.bot_type, default=OPERATOR)
    direction: Direction = checked(rules.word(Direction), default=Direction.IN)
    telegram_message_id: int | None = checked(rules.positive_integer, default=None)
    update_id: int | None = checked(rules.positive_integer, default=None)
    first_name: str | None = checked(rules.name, default=None)
    last_name: str | None = checked(rules.name, default=None)
    username: str | None = checked(rules.name, default=None)
    language_code: str | None = checked(rules.language_code, default=None)
    created_at: datetime | None = checked(rules.moment, default=None)
    media: Media | None = checked(media, default=None)
    reply_to_telegram_message_id: int | None = checked(rules.positive_integer, default=None)
    media_group_id: str | None = checked(rules.identifier, default=None)
    entities: tuple[Mapping[str, Any], ...] = checked(rules.json_objects, default=())
    payload: Mapping[str, Any] | None = checked(rules.json_object, default=None)
    context: Mapping[str, Any] | None = checked(rules.json_object, default=None)
    edited: bool = checked(rules.flag, default=False)

    def __attrs_post_init__(self) -> None:
        if self.message_type is MessageType.TEXT and not self.text.strip():
            raise InvalidInput.of("text", "must not be blank in a text message")
        if self.edited and self.telegram_message_id is None:
            raise InvalidInput.of("telegram_message_id", "is required to say which message was edited")
