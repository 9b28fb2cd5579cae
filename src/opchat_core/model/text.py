"""Text as Telegram counts it: in UTF-16 code units."""

import unicodedata

MAX_TEXT = 4096
"""UTF-16 units of a text message (https://core.telegram.org/bots/api#sendmessage)."""

MAX_PARTS = 10
"""Messages that one answer may be split into; longer answers are refused."""

_BREAKS = ("\n\n", "\n", " ")


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, the unit of every length and offset of the Bot API."""
    return len(text) + sum(character > "\uffff" for character in text)


def split_text(text: str, limit: int = MAX_TEXT) -> tuple[str, ...]:
    """Split a text into parts that Telegram takes, losing nothing: the joined parts are the text.

    A part ends after a blank line, else after a line break, else after a space, else wherever the limit falls, but
    never inside a character. Only thousands of blanks in a row can make a part that is all white space.

    Args:
        text: The whole text.
        limit: The longest part, in UTF-16 units; at least 2.
    """
    parts = []
    rest = text
    while utf16_length(rest) > limit:
        head = _prefix(rest, limit)
        cut = next((at for mark in _BREAKS if (at := _break_after(head, mark)) and rest[at:].strip()), len(head))
        if not rest[cut:].strip():  # only blanks would be left: let the last word character go along with them
            cut = _last_letter(head) or cut
        parts.append(rest[:cut])
        rest = rest[cut:]
    return (*parts, rest)


def _break_after(head: str, mark: str) -> int:
    """Find where the last ``mark`` ends, if more than white space stands before it; else 0."""
    at = head.rfind(mark)
    return at + len(mark) if at > 0 and head[:at].strip() else 0


def _last_letter(head: str) -> int:
    """Find where the last character stands that is not white space, if another one stands before it; else 0."""
    at = len(head.rstrip()) - 1
    return at if head[: max(at, 0)].strip() else 0


def _prefix(text: str, limit: int) -> str:
    """Take the longest beginning of at most ``limit`` UTF-16 units that ends between characters."""
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return text[:index]
    return text


def fold(text: str) -> str:
    """Make texts that differ in case, spacing or Unicode composition alike, for searching."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())
