"""Text as Telegram counts it: in UTF-16 code units."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from attrs import frozen

from opchat_core.model.graphemes import is_boundary

MAX_TEXT = 4096
"""UTF-16 units of a text message (https://core.telegram.org/bots/api#sendmessage)."""

MAX_CAPTION = 1024
"""UTF-16 units of what stands under a file (https://core.telegram.org/bots/api#sendphoto)."""

MAX_PARTS = 10
"""Messages that the text of one answer may be split into; longer ones are refused."""

_BREAKS = ("\n\n", "\n", " ")

Entity = Mapping[str, Any]
"""One of Telegram's MessageEntity objects."""


@frozen
class Part:
    """A text, or a part of one, with its formatting.

    Attributes:
        text: The text.
        entities: Telegram's MessageEntity objects over it.
    """

    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, the unit of every length and offset of the Bot API."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf16_slice(text: str, start: int, length: int) -> str | None:
    """Take a piece of a text, by UTF-16 units; None where it is not all there, or would halve a character."""
    units = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * (start + length)]
    if start < 0 or len(units) != 2 * length:
        return None
    try:
        return units.decode("utf-16-le")
    except UnicodeDecodeError:
        return None


def split_text(text: str, entities: Iterable[Entity] = (), limit: int = MAX_TEXT) -> tuple[Part, ...]:
    """Split a text into parts that Telegram takes, losing nothing: the joined parts are the text.

    A part ends after a blank line, else after a line break, else after a space, else wherever the limit falls. It ends
    inside a formatted stretch only where that is too long for one part, and then both parts have the format; and it
    never ends inside a character as readers see it, unless that alone is longer than a part. Only thousands of blanks
    in a row can make a part that is all white space.

    Args:
        text: The whole text.
        entities: Its formatting, within the text.
        limit: The longest part, in UTF-16 units; at least 2.
    """
    entities = tuple(entities)
    units = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    if units[-1] <= limit:
        return (Part(text, entities),)
    cuts = [0, *_cuts(text, units, entities, limit), len(text)]
    return tuple(
        Part(text[start:end], tuple(_clipped(entities, units[start], units[end]))) for start, end in pairwise(cuts)
    )


def _cuts(text: str, units: Sequence[int], entities: Sequence[Entity], limit: int) -> Iterator[int]:
    """Find where the parts end, as indices of characters."""
    spans = [(one["offset"], one["offset"] + one["length"]) for one in entities]
    blank_from = len(text.rstrip())

    def is_whole(at: int) -> bool:
        return is_boundary(text, at)

    def is_free(at: int) -> bool:
        return is_boundary(text, at) and not any(first < units[at] < last for first, last in spans)

    start = 0
    while units[-1] - units[start] > limit:
        end = bisect_right(units, units[start] + limit) - 1
        first_word = start + len(text[start:end]) - len(text[start:end].lstrip())
        # The part and what is left must both hold more than white space.
        sound = range(first_word + 1, min(end, blank_from - 1) + 1)
        start = (
            _after_break(text, start, sound, is_free)
            or _last(sound, is_free)
            or _after_break(text, start, sound, is_whole)
            or _last(sound, is_whole)
            or _last(range(start + 1, end + 1), is_whole)
            or end
        )
        yield start


def _after_break(text: str, start: int, sound: range, fits: Callable[[int], bool]) -> int | None:
    """Find the last fitting place after a break of the strongest kind that there is."""
    for mark in _BREAKS:
        at = sound.stop - 1
        while sound and (found := text.rfind(mark, start, at)) >= 0 and found + len(mark) in sound:
            at = found + len(mark)
            if fits(at):
                return at
            at -= 1
    return None


def _last(places: range, fits: Callable[[int], bool]) -> int | None:
    return next((at for at in reversed(places) if fits(at)), None)


def _clipped(entities: Iterable[Entity], start: int, end: int) -> Iterator[Entity]:
    """Give a part the formatting that lies in it; all in UTF-16 units."""
    for entity in entities:
        first, last = max(entity["offset"], start), min(entity["offset"] + entity["length"], end)
        if first < last:
            yield {**entity, "offset": first - start, "length": last - first}


def clip(part: Part, start: int, text: str) -> Part:
    """Take a piece out of a text that begins at a UTF-16 offset, with the formatting that lies in it."""
    return Part(text, tuple(_clipped(part.entities, start, start + utf16_length(text))))


def fold(text: str) -> str:
    """Make texts that differ in case, spacing or Unicode composition alike, for searching."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())
