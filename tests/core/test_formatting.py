"""Formatting that is kept when a text is cut, quotes that are found, buttons that can be."""

from __future__ import annotations

from typing import Any

import pytest

from opchat_core.errors import InvalidInput
from opchat_core.model import Answer, Button, MessageType, Part, Quote, Upload, split_text, utf16_length
from opchat_core.model.formatting import buttons_to_json, buttons_to_telegram

BOLD = {"type": "bold", "offset": 0, "length": 4}


def built(**fields: Any) -> Answer:
    """An answer, from what callers may give."""
    return Answer(**fields)


def upload(kind: MessageType = MessageType.PHOTO) -> Upload:
    """A file that a store keeps."""
    return Upload(number=1, kind=kind, file_name="a", mime_type="image/png", size=1)


def test_a_formatted_stretch_stays_whole_where_it_can() -> None:
    """The text is cut before it, and its place is counted anew."""
    link = {"type": "text_link", "url": "https://shop.example", "offset": 4, "length": 9}
    assert split_text("one two three four", [link], 12) == (
        Part("one "),
        Part("two three ", ({**link, "offset": 0},)),
        Part("four"),
    )


def test_a_stretch_too_long_for_a_part_is_in_both() -> None:
    """Bold stays bold on either side of the cut."""
    bold = {"type": "bold", "offset": 0, "length": 13}
    assert split_text("one two three", [bold], 10) == (
        Part("one two ", ({**bold, "length": 8},)),
        Part("three", ({**bold, "length": 5},)),
    )


@pytest.mark.parametrize(
    "cluster",
    ["e\u0301", "👨‍👩‍👧‍👦", "🇺🇦", "👍🏽", "한", "\u1112\u1161\u11ab", "क्षि", "\r\n", "❤\ufe0f", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
)
def test_what_readers_take_for_one_character_is_not_torn(cluster: str) -> None:
    """Accents, families, flags, skin tones, syllables."""
    text = f"xxxxx{cluster}{cluster}y"
    parts = [part.text for part in split_text(text, limit=5 + utf16_length(cluster))]
    assert parts[0] == f"xxxxx{cluster}"
    assert "".join(parts) == text


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "bold"},
        {"type": "bold", "offset": 0, "length": 0},
        {"type": "bold", "offset": 3, "length": 2},
        {"type": "bold", "offset": 0, "length": 1},
        {"type": "blink", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 0, "length": 2, "url": "javascript:alert(1)"},
        {"type": "text_mention", "offset": 0, "length": 2},
        "bold",
    ],
)
def test_formatting_that_cannot_be_is_refused(entity: Any) -> None:
    """Outside of the text, in the middle of a character, of no kind, without what it needs."""
    with pytest.raises(InvalidInput, match="entities"):
        built(text="😀ok", entities=[entity])


def test_a_quote_is_found_with_its_formatting() -> None:
    """Telegram insists on the formatting, and on the place in UTF-16 units."""
    message = Part(
        "😀 the red one, the red",
        ({"type": "bold", "offset": 3, "length": 9}, {"type": "url", "offset": 3, "length": 3}),
    )
    assert Quote("red").found_in(message) == {
        "text": "red",
        "position": 7,
        "entities": [{"type": "bold", "offset": 0, "length": 3}],
    }
    assert Quote("red", 20).found_in(message) == {"text": "red", "position": 20}
    assert Quote("red", 8).found_in(message) is None
    assert Quote("blue").found_in(message) is None
    with pytest.raises(InvalidInput, match="reply_to"):
        built(text="x", quote=Quote("red"))


def test_buttons_lead_somewhere_or_come_back() -> None:
    """As an inline keyboard, where the place of a button tells it from the others."""
    answer = built(
        text="x", buttons=[[{"text": "Track", "url": "https://shop.example"}], [{"text": "Yes"}, Button("No")]]
    )
    rows = buttons_to_json(answer.buttons)
    assert rows == [[{"text": "Track", "url": "https://shop.example"}], [{"text": "Yes"}, {"text": "No"}]]
    assert buttons_to_telegram(rows)["inline_keyboard"][1] == [
        {"text": "Yes", "callback_data": "opchat:1.0"},
        {"text": "No", "callback_data": "opchat:1.1"},
    ]
    wrongs: tuple[Any, ...] = (
        "x",
        [[]],
        [["x"]],
        [[{"text": ""}]],
        [[{"text": "x", "url": "file:///etc"}]],
        [[{"text": "x"}] * 9],
    )
    for wrong in wrongs:
        with pytest.raises(InvalidInput, match=r"buttons|text|url"):
            built(text="x", buttons=wrong)


def test_files_are_grouped_as_telegram_shows_them() -> None:
    """Ten to an album, kinds that go together, voice messages alone; a caption first, buttons last."""
    kinds = (
        [MessageType.PHOTO] * 11
        + [MessageType.VOICE] * 2
        + [MessageType.AUDIO, MessageType.AUDIO, MessageType.DOCUMENT]
    )
    answer = built(text="Look", entities=[BOLD], files=[upload(kind) for kind in kinds], buttons=[[{"text": "Yes"}]])
    assert [piece.album for piece in answer.pieces] == [1] * 10 + [None] * 3 + [5, 5] + [None]
    assert answer.pieces[0].text == Part("Look", (BOLD,))
    assert [bool(piece.text.text) for piece in answer.pieces[1:]] == [False] * 15
    assert [bool(piece.buttons) for piece in answer.pieces] == [False] * 15 + [True]
    assert [piece.is_first for piece in answer.pieces] == [True] + [False] * 15
    with pytest.raises(InvalidInput, match="album"):
        built(files=[upload(), upload()], buttons=[[{"text": "Yes"}]])
    with pytest.raises(InvalidInput, match="at most 20"):
        built(files=[upload()] * 21)
    with pytest.raises(InvalidInput, match="blank"):
        built(text=" ", files=[upload()])
