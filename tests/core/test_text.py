"""Texts counted and cut as Telegram counts them, and folded for searching."""

from __future__ import annotations

import pytest

from opchat_core.model import MAX_TEXT, fold, split_text, utf16_length


def split(text: str, limit: int) -> list[str]:
    """The texts of the parts of a plain text."""
    return [part.text for part in split_text(text, limit=limit)]


@pytest.mark.parametrize(("text", "units"), [("", 0), ("abc", 3), ("Привет", 6), ("😀", 2), ("e\u0301", 2)])
def test_lengths_are_utf16_units(text: str, units: int) -> None:
    """Every length and offset of the Bot API counts UTF-16 units."""
    assert utf16_length(text) == units == len(text.encode("utf-16-le")) // 2


def test_a_short_text_stays_whole() -> None:
    """What fits goes out in one message, to the last unit."""
    assert split("x" * MAX_TEXT, MAX_TEXT) == ["x" * MAX_TEXT]
    assert split("", 10) == [""]


def test_a_long_text_breaks_where_a_reader_would() -> None:
    """After a blank line if there is one, else after a line, else after a word."""
    assert split("one\n\ntwo three", 10) == ["one\n\n", "two three"]
    assert split("one\ntwo three", 10) == ["one\n", "two three"]
    assert split("one two three", 10) == ["one two ", "three"]


def test_a_word_too_long_is_cut_between_characters() -> None:
    """A surrogate pair is never torn."""
    assert split("😀😀😀", 5) == ["😀😀", "😀"]
    assert split("x" * 11, 5) == ["xxxxx", "xxxxx", "x"]


def test_no_part_is_blank_where_the_text_is_not() -> None:
    """A break that would leave a part of white space is passed over, for Telegram refuses such a part."""
    for text in ("\n\n" + "x" * 20, "x" * 9 + " \n" + "y" * 4, "x" * 10 + "\n\n", "ab  \n\n   cd" * 5):
        parts = split(text, 10)
        assert "".join(parts) == text
        assert all(part.strip() for part in parts), parts


@pytest.mark.parametrize(
    ("one", "other"),
    [("ИВАН", "иван"), ("Straße", "STRASSE"), ("  Anna\t Maria ", "anna maria"), ("e\u0301", "É"), ("Ё", "ё")],
)
def test_folding_makes_alike_what_reads_alike(one: str, other: str) -> None:
    """Case, spacing and Unicode composition make no difference to a search."""
    assert fold(one) == fold(other)
