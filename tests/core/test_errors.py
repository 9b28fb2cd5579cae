"""The tree of errors: drawn as it is, with a code for programs and a sentence for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from opchat_core import errors
from opchat_core.errors import DatabaseUnavailable, FieldError, InvalidInput, OpchatError, Unavailable


def tree(root: type[OpchatError], depth: int = 0) -> Iterator[tuple[int, type[OpchatError]]]:
    """Every class of the module below a class, with its depth, in the order of their definitions."""
    yield depth, root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:  # an adapter may have errors of its own
            yield from tree(child, depth + 1)


def test_the_docstring_draws_the_tree() -> None:
    """What the module's first lines show is what there is."""
    drawn = re.findall(r"^ {4}([│├└─ ]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    assert [(len(lines) // 4, name) for lines, name in drawn] == [
        (depth, kind.__name__) for depth, kind in tree(OpchatError)
    ]


def test_every_class_has_a_code_of_its_own() -> None:
    """Codes are stable snake_case words that no two classes share."""
    codes = [kind.code for _, kind in tree(OpchatError)]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_broken_fields_read_as_a_sentence() -> None:
    """The text of the error tells every field."""
    error = InvalidInput([FieldError("a", "must be 1"), FieldError("b", "is required")])
    assert str(error) == "a must be 1; b is required"
    assert InvalidInput.of("c", "is odd").errors == (FieldError("c", "is odd"),)


def test_what_is_away_says_when_to_come_back() -> None:
    """Every temporary error carries a pause."""
    assert Unavailable("away").retry_after == timedelta(seconds=2)
    assert DatabaseUnavailable("away", retry_after=timedelta(seconds=9)).retry_after == timedelta(seconds=9)
