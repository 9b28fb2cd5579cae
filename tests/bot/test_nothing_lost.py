"""Whatever Telegram tells in a message is somewhere in what is stored: today's fields, and tomorrow's."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tests.bot.updates import file, message
from tests.properties.strategies import json_values

from opchat_bot.convert import read_update
from opchat_core.model import IncomingMessage
from opchat_core.testing.simulator.samples import SAMPLE_CONTENTS, SAMPLE_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def one_of_each() -> Iterator[Json]:
    """A message of every kind that a person can send, as the simulator has it."""
    yield {"text": "Hello", "entities": [{"type": "bold", "offset": 0, "length": 5}]}
    for sample in SAMPLE_FILES.values():
        sides = {"width": 640, "height": 480} if sample.kind == "photo" else {}
        whole = file(sample.kind, file_size=9, mime_type="x/y", **{**sides, **sample.told})
        yield {sample.kind: [whole] if sample.kind == "photo" else whole, "caption": "Look"}
    yield from SAMPLE_CONTENTS.values()


NEW_NAMES = st.sampled_from(["weather", "mood", "effect", "live_photo", "checklist", "gift_info", "summary"])
AROUND: tuple[Json, ...] = (
    {},
    {"forward_origin": {"type": "hidden_user", "date": 77, "sender_user_name": "Bob"}},
    {"quote": {"text": "part", "position": 3}, "reply_to_message": message(5, text="part of it")},
    {"via_bot": {"id": 99, "is_bot": True, "first_name": "Gifs"}, "has_media_spoiler": True},
    {"media_group_id": "album"},
)


def said(value: object) -> Iterator[object]:
    """Every word and number in it; "no" and "nothing" need not be told."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from said(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from said(inner)
    elif value not in (None, False):
        yield value


@given(
    content=st.sampled_from(list(one_of_each())),
    around=st.sampled_from(AROUND),
    novelty=st.dictionaries(NEW_NAMES, json_values, max_size=2),
    inside=st.dictionaries(NEW_NAMES, json_values, max_size=2),
    kind=st.sampled_from(["message", "edited_message"]),
)
def test_everything_that_is_said_is_stored(content: Json, around: Json, novelty: Json, inside: Json, kind: str) -> None:
    """Fields that nobody knows yet too, beside the content and inside of it; and the API takes all of it."""
    told = copy.deepcopy({**content, **around, **novelty})
    for value in told.values():
        if isinstance(value, dict) and value is not told.get("reply_to_message"):
            value.update(inside)
    call = read_update({"update_id": 1, kind: message(7, **told)}).call
    assert call is not None
    IncomingMessage.from_json(call.body)
    stored = [json.dumps(value) for value in said(dict(call.body))]
    told.pop("reply_to_message", None)  # of which enough is kept to recognise it
    assert [value for value in said(told) if json.dumps(value) not in stored] == []


@given(
    content=st.sampled_from(list(one_of_each())),
    broken=st.dictionaries(
        st.sampled_from(["text", "photo", "entities", "caption", "date", "message_id"]), json_values
    ),
)
def test_what_makes_no_sense_is_kept_to_the_letter(content: Json, broken: Json) -> None:
    """A field of another shape than Telegram ever sent: the message has its name, or its whole update is there."""
    raw = {"update_id": 1, "message": {**message(7, **content), **broken}}
    call = read_update(raw).call
    assert call is not None
    IncomingMessage.from_json(call.body)
    if call.body["messageType"] == "unsupported":
        assert call.body["payload"] in (raw, {"rawJson": json.dumps(raw)})
