"""What an operator may put into and under a text: formatting, a quote, buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from opchat_core.model import rules
from opchat_core.model.bounds import MAX_BUTTON_ROWS, MAX_BUTTON_TEXT, MAX_BUTTONS_IN_ROW
from opchat_core.model.checked import Checked, checked
from opchat_core.model.text import Entity, Part, clip, utf16_length, utf16_slice
from opchat_core.model.words import BUTTON_PREFIX

_PLAIN = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
    }
)
_CARRYING = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
_LINKS = frozenset({"http", "https", "tg", "ton", "mailto", "tel"})

MAX_ENTITIES = 1000
"""Formatted stretches of one answer."""

MAX_QUOTE = 1024
"""UTF-16 units of a quote (https://core.telegram.org/bots/api#replyparameters)."""


def entities(value: object) -> tuple[Entity, ...]:
    """Telegram's MessageEntity objects, of kinds that a bot may send."""
    found = rules.json_objects(value)
    if len(found) > MAX_ENTITIES:
        raise ValueError(f"must be at most {MAX_ENTITIES}")
    for entity in found:
        kind = entity.get("type")
        if kind not in _PLAIN and kind not in _CARRYING:
            raise ValueError("must each have a type that Telegram knows")
        rules.whole_number(entity.get("offset"))
        rules.positive_integer(entity.get("length"))
        if kind == "text_link":
            link(entity.get("url"))
        elif kind in _CARRYING and not entity.get(_CARRYING[kind]):
            raise ValueError(f"of type {kind} must have a {_CARRYING[kind]}")
    return found


def check_entities(text: str, found: Sequence[Entity]) -> None:
    """Make sure that formatting lies within its text and halves no character.

    Raises:
        ValueError: If not; the words follow the field's name.
    """
    for entity in found:
        if not utf16_slice(text, entity["offset"], entity["length"]):
            raise ValueError("must lie within the text, and begin and end between its characters")


def link(value: object) -> str:
    """An address that a button or a link may lead to."""
    text = rules.string(2048, blank=False)(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("must have a url that can be read") from None
    if parts.scheme.lower() not in _LINKS or any(character.isspace() for character in text):
        raise ValueError("must have a url that begins with http://, https:// or tg://")
    return text


@frozen
class Quote(Checked):
    """The part of a message that an answer is about.

    Attributes:
        text: What is quoted, exactly.
        position: Where it begins, in UTF-16 units; None for the first place where it stands.
    """

    text: str = checked(rules.string(MAX_QUOTE, blank=False))
    position: int | None = checked(rules.whole_number, default=None)

    def found_in(self, part: Part) -> dict[str, Any] | None:
        """Find it in a message: Telegram's TextQuote, with the formatting that it insists on; None if it is not there.

        Args:
            part: The message's text.
        """
        position = self.position
        if position is None:
            before, found, _ = part.text.partition(self.text)
            if not found:
                return None
            position = utf16_length(before)
        elif utf16_slice(part.text, position, utf16_length(self.text)) != self.text:
            return None
        kept = [one for one in clip(part, position, self.text).entities if one["type"] in _QUOTED]
        return {"text": self.text, "position": position, **({"entities": kept} if kept else {})}


_QUOTED = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"})


def quote(value: object) -> Quote:
    """The rule of a field that holds a :class:`Quote` or its JSON."""
    return value if isinstance(value, Quote) else Quote.from_json(rules.json_object(value))


@frozen
class Button(Checked):
    """A button under a message.

    Attributes:
        text: What stands on it, at most 64 UTF-16 units.
        url: Where it leads; None for one whose press comes back as a message with its text.
    """

    text: str = checked(rules.string(MAX_BUTTON_TEXT, blank=False))
    url: str | None = checked(link, default=None)


Buttons = tuple[tuple[Button, ...], ...]
"""Rows of buttons."""


def buttons(value: object) -> Buttons:
    """The rule of a field that holds rows of :class:`Button` or their JSON."""
    rows = [[_button(one) for one in _list(row)] for row in _list(value)]
    if len(rows) > MAX_BUTTON_ROWS or not all(1 <= len(row) <= MAX_BUTTONS_IN_ROW for row in rows):
        raise ValueError(f"must be at most {MAX_BUTTON_ROWS} rows of 1 to {MAX_BUTTONS_IN_ROW} buttons")
    return tuple(tuple(row) for row in rows)


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("must be a list of rows, each a list of buttons")  # noqa: TRY004 - every rule speaks so
    return value


def _button(value: object) -> Button:
    return value if isinstance(value, Button) else Button.from_json(rules.json_object(value))


def buttons_to_json(rows: Buttons) -> list[list[dict[str, str]]]:
    """Write rows of buttons."""
    return [[{"text": one.text, **({"url": one.url} if one.url else {})} for one in row] for row in rows]


def buttons_to_telegram(rows: Sequence[Sequence[Mapping[str, str]]]) -> dict[str, Any]:
    """Write them as Telegram's InlineKeyboardMarkup; the place of a button tells it from the others."""
    return {
        "inline_keyboard": [
            [
                {"text": one["text"]}
                | ({"url": one["url"]} if "url" in one else {"callback_data": f"{BUTTON_PREFIX}{at_row}.{at}"})
                for at, one in enumerate(row)
            ]
            for at_row, row in enumerate(rows)
        ]
    }
