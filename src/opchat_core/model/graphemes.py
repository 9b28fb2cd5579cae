"""Where a text may be cut without tearing apart what a reader takes for one character.

The rules are those of Unicode's extended grapheme clusters (https://www.unicode.org/reports/tr29/), told by the
categories that Python knows. Where they leave a doubt, two characters are taken to belong together: that never tears
anything, and a few units of a message stay unused.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_CLINGS = frozenset({_ZWJ, "\u200c", "\u0e33", "\u0eb3", "\uff9e", "\uff9f"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
_LEADS = frozenset({"\u0d4e", "\U000110bd", "\U000110cd", "\U000111c2", "\U000111c3"})
_VIRAMA = 9
"""The combining class of what ties two consonants of an Indic script together."""


def is_boundary(text: str, at: int) -> bool:
    """Whether a text may be cut before the character at an index."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if _clings(after) or before == _ZWJ or _leads(before):
        return False
    if _is_indicator(before) and _is_indicator(after):
        return _run_of_indicators(text, at) % 2 == 0  # a flag is two of them
    if _is_hangul(before) and _is_hangul(after):
        # A syllable that is one character stands for itself; jamo may be parts of one, which a consonant opens.
        return not _opens(before) and ("\uac00" <= after <= "\ud7a3" or _opens(after))
    return not _is_tied(text, at)


def _clings(character: str) -> bool:
    """Whether it belongs to what stands before it: accents, variation selectors, skin tones, tags of flags."""
    return (
        unicodedata.category(character) in _MARKS
        or character in _CLINGS
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _leads(character: str) -> bool:
    """Whether it belongs to what stands behind it, as some signs before Arabic and Indic numbers and letters do."""
    return ("\u0600" <= character <= "\u08ff" and unicodedata.category(character) == "Cf") or character in _LEADS


def _is_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _run_of_indicators(text: str, at: int) -> int:
    start = at
    while start > 0 and _is_indicator(text[start - 1]):
        start -= 1
    return at - start


def _is_hangul(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97f" or "\uac00" <= character <= "\ud7ff"


def _opens(character: str) -> bool:
    return "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97f"


def _is_tied(text: str, at: int) -> bool:
    """Whether a virama, with whatever marks behind it, ties the letter to the one before."""
    if unicodedata.category(text[at]) != "Lo":
        return False
    for index in range(at - 1, -1, -1):
        kind = unicodedata.combining(text[index])
        if kind == _VIRAMA:
            return True
        if kind == 0:
            return False
    return False
