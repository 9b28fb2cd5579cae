"""Splitting, folding, cursors and the shapes of the wire, for whatever there may be."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import regex
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.properties.strategies import attempt, json_values, storable

from opchat_core.errors import InvalidInput
from opchat_core.model import (
    MAX_TEXT,
    Answer,
    Cursor,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    IncomingMessage,
    Media,
    Message,
    MessageType,
    fold,
    message_to_json,
    rules,
    split_text,
    utf16_length,
)
from opchat_core.model.text import utf16_slice

EPOCH = datetime(1970, 1, 2)  # noqa: DTZ001 - the strategy adds the zone
pieces = ["a", "bc", "слово", "😀", " ", "  ", "\n", "\n\n", "x" * 9]
wordy = st.lists(st.sampled_from(pieces), max_size=60).map("".join)
moments = st.datetimes(EPOCH, EPOCH.replace(year=9998), timezones=st.just(UTC))
ids = st.integers(1, rules.MAX_ID)
payloads = st.dictionaries(storable, json_values, max_size=4)


@given(storable | wordy, st.integers(2, 40))
def test_the_joined_parts_are_the_text(text: str, limit: int) -> None:
    """Nothing is lost or added, no part is over the limit, and every part but an empty text's says something."""
    parts = [part.text for part in split_text(text, limit=limit)]
    assert "".join(parts) == text
    assert all(utf16_length(part) <= limit for part in parts)
    assert text == "" or all(parts)


@given(wordy, st.integers(8, 40))
def test_a_part_is_blank_only_where_blanks_fill_it(text: str, limit: int) -> None:
    """A part of white space alone comes of a run of blanks as long as a whole part, or of a text that is all blank."""
    runs = [len(run) for run in "".join(" " if c.isspace() else "x" for c in text).split("x")]
    if max(runs) < limit - 2 and text.strip():
        assert all(part.text.strip() for part in split_text(text, limit=limit))


family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
flag, half = "\U0001f1fa\U0001f1e6", "\U0001f1fa"
syllable = "\u1112\u1161\u11ab"
clusters = st.sampled_from(["e\u0301", family, flag, half, "👍🏽", syllable, "한", "क्षि", "\r\n", "❤\ufe0f"])
marked = st.lists(storable | wordy | clusters, max_size=25).map("".join)


@given(marked, st.integers(24, 60))
def test_no_cut_tears_what_readers_take_for_one_character(text: str, limit: int) -> None:
    """By Unicode's own rules for it, unless one such character is longer than a part."""
    found = regex.findall(r"\X", text)
    assume(all(utf16_length(cluster) <= limit // 2 for cluster in found))
    ends = set(accumulate(map(len, found)))
    assert {0, *accumulate(len(part.text) for part in split_text(text, limit=limit))} <= ends | {0}


@given(st.data(), marked.filter(bool), st.integers(24, 60))
def test_formatting_is_on_the_same_words_after_the_cut(data: st.DataObject, text: str, limit: int) -> None:
    """Each stretch, put together from the parts, says what it said."""
    places = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(places, places).filter(lambda span: span[0] < span[1]), max_size=4))
    entities = [
        {"type": "bold", "id": at, "offset": utf16_length(text[:start]), "length": utf16_length(text[start:end])}
        for at, (start, end) in enumerate(spans)
    ]
    parts = split_text(text, entities, limit)
    assert "".join(part.text for part in parts) == text
    assert all(utf16_length(part.text) <= limit for part in parts)
    pieces = [(e["id"], utf16_slice(p.text, e["offset"], e["length"])) for p in parts for e in p.entities]
    assert all(piece for _, piece in pieces)
    for at, (start, end) in enumerate(spans):
        assert "".join(piece or "" for one, piece in pieces if one == at) == text[start:end]


@given(st.lists(st.tuples(st.sampled_from(["a", "слово ", " ", "\n", "😀", "\n\n"]), st.integers(1, 2500)), max_size=7))
def test_an_answer_goes_out_as_it_was_typed_or_not_at_all(runs: list[tuple[str, int]]) -> None:
    """Either the parts are messages that Telegram takes, or the answer is refused with the reason."""
    text = "".join(piece * count for piece, count in runs)
    answer = attempt(lambda: Answer(text=text))
    if isinstance(answer, InvalidInput):
        assert [broken.field for broken in answer.errors] == ["text"]
    else:
        parts = [part.text for part in answer.parts]
        assert "".join(parts) == text
        assert all(part.strip() and utf16_length(part) <= MAX_TEXT for part in parts)


@given(storable)
def test_folding_once_is_enough(text: str) -> None:
    """A folded text stays as it is, and case makes no difference."""
    assert fold(fold(text)) == fold(text)
    assert len(fold(text).splitlines()) <= 1


@given(moments, ids)
def test_a_cursor_comes_back(moment: datetime, user_id: int) -> None:
    """Every place in a list survives a URL."""
    cursor = Cursor(moment, user_id)
    assert Cursor.decode(cursor.encode()) == cursor


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_a_made_up_cursor_is_refused_or_one(text: str) -> None:
    """Nothing but a place in a list or a broken field."""
    cursor = attempt(lambda: Cursor.decode(text))
    if isinstance(cursor, InvalidInput):
        assert [broken.field for broken in cursor.errors] == ["cursor"]
    else:
        assert Cursor.decode(cursor.encode()) == cursor


media = st.builds(
    Media,
    file_id=storable.map(lambda text: text.strip()[:100] or "f"),
    file_size=st.none() | st.integers(0, rules.MAX_ID),
    width=st.none() | st.integers(0, 10_000),
)
deliveries = st.builds(
    Delivery,
    st.sampled_from(DeliveryStatus),
    st.none() | st.builds(DeliveryError, storable, storable),
    st.integers(0, 99),
    st.none() | moments,
)


@given(
    text=storable,
    payload=payloads | st.none(),
    file=media | st.none(),
    entities=st.lists(payloads, max_size=3),
    delivery=deliveries | st.none(),
    moment=moments,
    kind=st.sampled_from(MessageType),
)
def test_a_message_on_the_wire_is_json_and_reads_back(
    *,
    text: str,
    payload: dict[str, Any] | None,
    file: Media | None,
    entities: list[dict[str, Any]],
    delivery: Delivery | None,
    moment: datetime,
    kind: MessageType,
) -> None:
    """What the API shows can be read by any JSON reader, and handed in again as the same message."""
    fields: dict[str, Any] = {
        "direction": "in" if delivery is None else "out",
        "message_type": kind,
        "text": text,
        "entities": entities,
        "media": file,
        "payload": payload,
        "created_at": moment,
        "delivery": delivery,
    }
    message = Message(user_id=42, bot_type="operator", seq=1, verified=True, revision=1, **fields)
    shown = message_to_json(message)
    read = json.loads(json.dumps(shown, ensure_ascii=False).encode())
    assert read == shown
    again = attempt(lambda: IncomingMessage.from_json(read))
    if isinstance(again, InvalidInput):
        assert kind is MessageType.TEXT or utf16_length(text) > MAX_TEXT
        assert [broken.field for broken in again.errors] == ["messageText"]
    else:
        assert (again.text, again.payload, again.media, list(again.entities)) == (text, payload, file, entities)
        assert (again.created_at, again.message_type, again.direction) == (moment, kind, message.direction)
