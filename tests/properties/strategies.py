"""What Hypothesis draws from, and how a property looks at a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from opchat_core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
"""Text that PostgreSQL and UTF-8 can hold."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(-1e15, 1e15, allow_nan=False) | storable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable, inner, max_size=4),
    max_leaves=8,
)
"""JSON that can be stored."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["text", "photo", "in", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
"""Whatever a JSON reader of Python may come up with."""


def attempt(build: Callable[[], Value]) -> Value | InvalidInput:
    """Build a value; it, or the refusal."""
    try:
        return build()
    except InvalidInput as error:
        return error


def as_floats(value: object) -> object:
    """JSON with every number as a float: ``1e16`` and ``10000000000000000`` are one number, written in two ways."""
    match value:
        case bool():
            return value
        case int():
            return float(value)
        case dict():
            return {key: as_floats(item) for key, item in value.items()}
        case list() | tuple():
            return [as_floats(item) for item in value]
    return value
