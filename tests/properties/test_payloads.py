"""Whatever JSON a caller hands in: either broken fields are named, or the message can be stored and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.properties.strategies import anything, as_floats, attempt
from tests.support.stores import ALWAYS, postgres_store

from opchat_core.errors import InvalidInput
from opchat_core.model import Answer, IncomingMessage, MessageType
from opchat_core.model.checked import camel
from opchat_core.postgres.scratch import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.postgres import PostgresRepository

KEYS = sorted(field.metadata["key"] or camel(field.name) for field in attrs.fields(IncomingMessage))
wild = st.dictionaries(st.sampled_from(KEYS) | st.text(), anything)
"""Any object at all."""

plausible = st.fixed_dictionaries(
    {"userId": st.integers(1, 2**52), "messageText": st.text(min_size=1, max_size=50)},
    optional={
        "messageType": st.sampled_from(MessageType),
        "telegramMessageId": st.integers(1, 2**52),
        "firstName": st.text(max_size=20),
        "createdAt": st.integers(0, 1_700_000_000),
        "media": st.fixed_dictionaries({"fileId": st.text(max_size=20)}, optional={"width": st.integers(0, 99)}),
        "entities": st.lists(st.dictionaries(st.text(), anything, max_size=2), max_size=2),
        "payload": st.dictionaries(st.text(), anything, max_size=3),
        "edited": st.booleans(),
    },
)
"""An object that is nearly right."""


@pytest.fixture(scope="module")
def store(migrated_url: str) -> Iterator[PostgresRepository]:
    """One store for all examples."""
    truncate(migrated_url)
    with postgres_store(migrated_url, size=1) as repository:
        yield repository


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=wild | plausible)
def test_a_message_is_refused_by_field_or_stored_as_it_is(store: PostgresRepository, data: dict[str, Any]) -> None:
    """No JSON crashes the validation, and nothing that passes it is refused or changed by PostgreSQL."""
    message = attempt(lambda: IncomingMessage.from_json(data))
    if isinstance(message, InvalidInput):
        assert message.errors
        assert all(broken.field.split(".")[0] in KEYS and broken.message for broken in message.errors)
        return
    stored = store.receive(message, verified=True, operator=None, reopen=ALWAYS)
    found = store.find_message(stored.message.key)
    assert found == stored.message
    late = stored.updated and message.created_at is not None and found.edited_at != message.created_at
    if not (stored.duplicate or late):  # an edit older than the last one makes one more earlier version, nothing else
        assert (found.text, found.media) == (message.text, message.media)
        assert as_floats(found.entities) == as_floats(message.entities)
        assert as_floats(found.payload) == as_floats(message.payload)


@given(st.dictionaries(st.sampled_from(["messageText", "clientMessageId", "replyTo", "lastSeenSeq"]), anything))
def test_an_answer_is_refused_by_field_or_sound(data: dict[str, Any]) -> None:
    """No JSON crashes the validation of answers either."""
    answer = attempt(lambda: Answer.from_json(data))
    if isinstance(answer, InvalidInput):
        assert all(broken.field in {*data, "messageText"} for broken in answer.errors)  # may be missing
    else:
        assert all(part.text.strip() for part in answer.parts)
