"""What Telegram does to the text of a message: trimming, measuring, entities.

The source of these rules is TDLib's `fix_formatted_text` in `td/telegram/MessageEntity.cpp`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .values import ApiError, Json

if TYPE_CHECKING:
    from .call import Call

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

ENTITY_LIMIT = 100
"""How many entities of a text are kept; the rest is plain text."""

_ENTITY_TYPES = {
    **dict.fromkeys(
        (
            "mention",
            "hashtag",
            "cashtag",
            "bot_command",
            "url",
            "email",
            "phone_number",
            "bank_card_number",
            "bold",
            "italic",
            "underline",
            "strikethrough",
            "spoiler",
            "blockquote",
            "expandable_blockquote",
            "code",
            "pre",
        )
    ),
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
"""The types of `MessageEntity`, and what each needs besides its place."""

_PREVIEW_OPTIONS = ("is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text")


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def as_delivered(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Return text and entities as Telegram would deliver them.

    Telegram drops all whitespace at the end, and spaces and line feeds at the start up to the first entity. Entities
    move along and are cut at the new end. Carriage returns go, too.
    """
    text = text.replace("\r", "") if not entities else text
    ended = text.rstrip()
    first = min((entity["offset"] for entity in entities), default=None)
    started = ended.lstrip(" \n")
    dropped = len(ended) - len(started)  # spaces and line feeds: one unit each
    if first is not None:
        dropped = min(dropped, first)
    text = ended[dropped:]
    units = utf16_length(text)
    moved = []
    for entity in entities:
        offset = entity["offset"] - dropped
        length = min(entity["length"], units - offset)
        if length > 0:
            moved.append({**entity, "offset": offset, "length": length})
    return text, moved


def checked_entities(value: object) -> list[Json]:
    """Return the entities a bot sent along.

    Raises:
        ApiError: 400, an entity of no known type, without what its type needs, or with an offset or length no text
            can have.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise ApiError(400, "Bad Request: can't parse entities: expected an Array of MessageEntity")
    for entity in value:
        if not isinstance(entity, dict):
            raise ApiError(400, "Bad Request: can't parse MessageEntity: expected an Object")
        _check_type(entity)
        for key in ("offset", "length"):
            number = entity.get(key)
            if type(number) is not int or not 0 <= number <= 1_000_000:
                raise ApiError(400, f"Bad Request: receive an entity with incorrect {key} {number}")
    return value[:ENTITY_LIMIT]


def find_quote(source: str, text: str, entities: list[Json] | None = None, position: object = 0) -> Json | None:
    """Return the `TextQuote` of an answer, or `None`: the message does not say so.

    Args:
        source: The text of the answered message.
        text: The part of it that is quoted.
        entities: Those of the part.
        position: Where it is expected, in UTF-16 units; the nearest place counts.
    """
    places = [utf16_length(source[: found.start()]) for found in re.finditer(f"(?={re.escape(text)})", source)]
    if not text or not places or utf16_length(text) > CAPTION_LIMIT:
        return None
    wanted = position if isinstance(position, int) else 0
    quote: Json = {"text": text, "position": min(places, key=lambda place: abs(place - wanted)), "is_manual": True}
    return {**quote, "entities": entities} if entities else quote


def link_preview(call: Call) -> Json:
    """Return the fields of a message that say how a link in it is shown.

    Raises:
        ApiError: 400, it is no `LinkPreviewOptions` object.
    """
    options = call.json("link_preview_options", called="link preview options")
    if options is None:
        return {"link_preview_options": {"is_disabled": True}} if call.flag("disable_web_page_preview") else {}
    if not isinstance(options, dict):
        raise ApiError(400, "Bad Request: object expected as link preview options")
    told = {name: options[name] for name in _PREVIEW_OPTIONS if options.get(name)}
    return {"link_preview_options": told} if told else {}


def _check_type(entity: Json) -> None:
    kind = entity.get("type")
    if not isinstance(kind, str):
        raise ApiError(400, 'Bad Request: can\'t parse MessageEntity: field "type" must be a string')
    if kind not in _ENTITY_TYPES:
        raise ApiError(400, "Bad Request: can't parse MessageEntity: unsupported type specified")
    needed = _ENTITY_TYPES[kind]
    if needed and not entity.get(needed):
        raise ApiError(400, f"Bad Request: can't parse MessageEntity: can't find field \"{needed}\"")


def message_text(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Return the text of a new message as it will be delivered.

    Raises:
        ApiError: 400, nothing is left, or more than 4096 UTF-16 units are.
    """
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    text, entities = as_delivered(text, entities)
    if not text:
        raise ApiError(400, "Bad Request: text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise ApiError(400, "Bad Request: message is too long")
    return text, entities


def caption_text(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Return the caption of a new message as it will be delivered; it may be empty.

    Raises:
        ApiError: 400, more than 1024 UTF-16 units are left.
    """
    text, entities = as_delivered(text, entities)
    if utf16_length(text) > CAPTION_LIMIT:
        raise ApiError(400, "Bad Request: message caption is too long")
    return text, entities
