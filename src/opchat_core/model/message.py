"""A stored message, and how far an answer has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen, validators

from opchat_core.errors import InvalidInput
from opchat_core.model import rules
from opchat_core.model.bounds import CHANGEABLE
from opchat_core.model.checked import Checked, checked
from opchat_core.model.delivery import Delivery, PendingChange
from opchat_core.model.words import DeliveryStatus, Direction, MessageType


@frozen
class Media(Checked):
    """A file at Telegram, by its ids; never by an address, which would hold the bot's token.

    Attributes:
        file_id: What the bot fetches or sends it by; None for an answer's that has not arrived there.
        file_unique_id: The same for every bot, and no use for fetching.
        file_name: As the sender's device named it.
        mime_type: As the sender's device told it.
        file_size: In bytes.
        width: In pixels.
        height: In pixels.
        duration: In seconds.
        thumbnail_file_id: A small picture of it.
    """

    file_id: str | None = checked(rules.identifier, default=None)
    file_unique_id: str | None = checked(rules.identifier, default=None)
    file_name: str | None = checked(rules.string(255), default=None)
    mime_type: str | None = checked(rules.string(255), default=None)
    file_size: int | None = checked(rules.whole_number, default=None)
    width: int | None = checked(rules.whole_number, default=None)
    height: int | None = checked(rules.whole_number, default=None)
    duration: int | None = checked(rules.whole_number, default=None)
    thumbnail_file_id: str | None = checked(rules.identifier, default=None)


def media(value: object) -> Media:
    """The rule of a field that holds :class:`Media` of a file at Telegram, or its JSON."""
    found = value if isinstance(value, Media) else Media.from_json(rules.json_object(value))
    if found.file_id is None:
        raise InvalidInput.of("fileId", "is required")
    return found


@frozen
class Reactions:
    """With what the two sides of a chat react to a message now, as Telegram's ReactionType objects.

    Attributes:
        user: The user.
        operator: The bot, by an operator's wish.
    """

    user: tuple[Mapping[str, Any], ...] = ()
    operator: tuple[Mapping[str, Any], ...] = ()


@frozen
class MessageKey:
    """Names one message for good.

    Attributes:
        user_id: The user of the chat.
        bot_type: The bot of the chat.
        seq: The message's place in the chat: 1, 2, 3 and so on without gaps.
    """

    user_id: int
    bot_type: str
    seq: int


def _aware(_: object, attribute: Any, value: datetime) -> None:
    if value.tzinfo is None:
        raise ValueError(f"{attribute.name} must have a time zone")


@frozen(kw_only=True)
class Message:
    """One message of a chat as it is stored.

    Attributes:
        user_id: The user of the chat.
        bot_type: The bot of the chat.
        seq: Its place in the chat: 1, 2, 3 and so on.
        direction: ``in`` from the user, ``out`` from an operator.
        verified: False when anybody could have posted it, for it came without the bot's proof.
        message_type: What it is.
        text: The text, or the caption of a file; exactly as it was written.
        entities: Telegram's MessageEntity objects over ``text``, offsets in UTF-16 units.
        media: The file, for kinds that carry one.
        payload: For kinds without a file: coordinates, phone number, poll, raw update. For a file, what Telegram tells
            of it that ``media`` has no key for, under Telegram's names: a sticker's emoji, a song's title.
        context: What Telegram tells around it, under Telegram's names: ``forward_origin``, ``quote``,
            ``external_reply``, ``via_bot`` and whatever else; ``reply_to_message`` only where ``reply_to`` is None.
        reactions: With what user and operator react to it.
        telegram_message_id: Telegram's number of it, or None when it has none (yet).
        reply_to: The ``seq`` of the message that it answers.
        media_group_id: The same for every part of an album.
        created_at: When it was written.
        edited_at: When its current version was written; None for the first.
        deleted_at: When an operator deleted it.
        operator: The name of the operator who sent it.
        client_message_id: The sender's own key, by which a repeated request is recognised.
        revision: The chat's revision at the last change of this message.
        delivery: How far it has come; None for ``in``.
        buttons: Rows of buttons under an answer, as JSON: each has a ``text``, and a ``url`` where it leads somewhere.
        sent_at: When Telegram said that an answer was sent.
        pending_change: What an operator wants of it, and Telegram has not done; None when there is nothing.
    """

    user_id: int = field(validator=validators.ge(1))
    bot_type: str
    seq: int = field(validator=validators.ge(1))
    direction: Direction = field(converter=Direction)
    verified: bool
    message_type: MessageType = field(converter=MessageType)
    text: str
    entities: tuple[Mapping[str, Any], ...] = field(default=(), converter=tuple)
    media: Media | None = None
    payload: Mapping[str, Any] | None = None
    context: Mapping[str, Any] | None = None
    reactions: Reactions = Reactions()
    telegram_message_id: int | None = None
    reply_to: int | None = None
    media_group_id: str | None = None
    created_at: datetime = field(validator=_aware)
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    operator: str | None = None
    client_message_id: str | None = None
    revision: int
    delivery: Delivery | None = None
    buttons: tuple[Sequence[Mapping[str, str]], ...] = field(default=(), converter=tuple)
    sent_at: datetime | None = None
    pending_change: PendingChange | None = None

    def __attrs_post_init__(self) -> None:
        if (self.delivery is None) is not (self.direction is Direction.IN):
            raise ValueError("an answer has a delivery, and nothing else has")

    @property
    def key(self) -> MessageKey:
        """The message's name."""
        return MessageKey(self.user_id, self.bot_type, self.seq)

    @property
    def changeable_until(self) -> datetime | None:
        """Until when Telegram lets the bot edit or delete it; None for what is not an answer that arrived there."""
        arrived = self.delivery is not None and self.delivery.status is DeliveryStatus.SENT
        if not arrived or self.telegram_message_id is None or self.deleted_at:
            return None
        return (self.sent_at or self.created_at) + CHANGEABLE

    @property
    def is_under_way(self) -> bool:
        """Whether a worker holds it."""
        return self.delivery is not None and self.delivery.status is DeliveryStatus.SENDING
