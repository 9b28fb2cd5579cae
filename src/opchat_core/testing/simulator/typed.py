"""What one of Telegram's apps makes of what a person types."""

from __future__ import annotations

import re

from .text import CAPTION_LIMIT, TEXT_LIMIT, utf16_length
from .values import Json

_PATTERNS = {
    "url": re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\".,:;!?()]"),
    "email": re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"),
    "bot_command": re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?\b"),
    "mention": re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}\b"),
    "hashtag": re.compile(r"(?<!\w)#\w*[^\W\d]\w*"),
}


def typed_entities(text: str) -> list[Json]:
    """Return the entities that Telegram finds by itself in what a user typed.

    What is part of one is not part of another, in the order of `_PATTERNS`.
    """
    found: list[re.Match[str]] = []
    kinds: dict[int, str] = {}
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(text):
            if all(match.end() <= other.start() or other.end() <= match.start() for other in found):
                found.append(match)
                kinds[match.start()] = kind
    return [
        {
            "type": kinds[match.start()],
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in sorted(found, key=re.Match.start)
    ]


def text_content(text: str, entities: list[Json] | None) -> Json:
    """Return the content of a text message as one of Telegram's apps would send it.

    Raises:
        ValueError: It is empty or too long.
    """
    if not text.strip():
        raise ValueError("the apps send no empty message")
    if utf16_length(text) > TEXT_LIMIT:
        raise ValueError(f"the apps send at most {TEXT_LIMIT} UTF-16 units in one message")
    entities = typed_entities(text) if entities is None else entities
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption_content(caption: str, entities: list[Json] | None) -> Json:
    """Return the fields of a caption; none for an empty one.

    Raises:
        ValueError: It is too long.
    """
    if utf16_length(caption) > CAPTION_LIMIT:
        raise ValueError(f"a caption has at most {CAPTION_LIMIT} UTF-16 units")
    entities = typed_entities(caption) if entities is None else entities
    content: Json = {"caption": caption, "caption_entities": entities}
    return {key: value for key, value in content.items() if value}
