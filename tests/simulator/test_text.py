"""What Telegram does to texts, for any text."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opchat_core.testing.simulator.text import as_delivered, find_quote, utf16_length
from opchat_core.testing.simulator.typed import typed_entities

TEXTS = st.text(st.sampled_from(" \n\tab/#@\N{WAVING HAND SIGN}\u00e9.:"), max_size=40)


def part(text: str, offset: int, length: int) -> str:
    """Return what an entity covers; half of a character counts as none."""
    units = text.encode("utf-16-le")[2 * offset : 2 * (offset + length)]
    return units.decode("utf-16-le", "ignore")


@st.composite
def texts_with_entities(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A text and entities anywhere in it, also beyond its end."""
    text = draw(TEXTS)
    places = st.integers(0, utf16_length(text) + 3)
    entities = draw(st.lists(st.fixed_dictionaries({"offset": places, "length": places}), max_size=4))
    return text, [{"type": "bold", **entity} for entity in entities]


@settings(max_examples=60)
@given(texts_with_entities())
def test_entities_move_with_their_words(given_text: tuple[str, list[dict[str, Any]]]) -> None:
    """Trimming cuts nothing but the ends, and what is left of an entity covers what it covered."""
    text, entities = given_text
    delivered, moved = as_delivered(text, entities)
    assert delivered == delivered.rstrip()
    assert text.rstrip().endswith(delivered)
    dropped = utf16_length(text.rstrip()) - utf16_length(delivered)
    for entity in moved:
        assert 0 < entity["length"] <= utf16_length(delivered) - entity["offset"]
        covered = part(delivered, entity["offset"], entity["length"])
        assert part(text, entity["offset"] + dropped, entity["length"]) == covered


@settings(max_examples=60)
@given(TEXTS)
def test_found_entities_stand_apart(text: str) -> None:
    """In the order of the text, none within another, each of what its type looks like."""
    end = 0
    for entity in typed_entities(text):
        assert entity["offset"] >= end
        end = entity["offset"] + entity["length"]
        covered = part(text, entity["offset"], entity["length"])
        assert {"bot_command": "/", "mention": "@", "hashtag": "#"}.get(entity["type"], "") in covered


@settings(max_examples=60)
@given(TEXTS, st.data())
def test_what_a_message_says_can_be_quoted(text: str, data: st.DataObject) -> None:
    """Any part of it, where it stands; what it does not say cannot."""
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    position = utf16_length(text[:start])
    quote = find_quote(text, words, position=position)
    assert (quote is None) == (words == "")
    if quote is not None:
        assert quote["position"] == position
    assert find_quote(text, f"{text}z") is None
