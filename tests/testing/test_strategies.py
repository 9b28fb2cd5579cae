"""What the strategies draw is what opchat takes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from telegram import Update

from opchat_bot.convert import read_update
from opchat_core import IncomingMessage, MessageType, User
from opchat_core.testing import in_memory_chat, strategies

_quick = settings(max_examples=25)
_ANNA = User(42, "Anna", username="anna", language_code="ru")


@_quick
@given(user=strategies.users())
def test_users_have_a_name_to_show(user: User) -> None:
    """Whoever is drawn can be listed."""
    assert user.full_name.strip()


@_quick
@given(message=strategies.incoming_messages(user_id=42))
def test_messages_are_stored_as_they_are(message: IncomingMessage) -> None:
    """Of the user who was asked for, with the text and the kind that were drawn."""
    chat = in_memory_chat()
    stored = chat.take_in(message, verified=True).message
    assert (stored.user_id, stored.text, stored.message_type) == (42, message.text, message.message_type)


@_quick
@given(update=strategies.updates(_ANNA))
def test_updates_are_read_by_others_and_by_the_bot(update: dict[str, Any]) -> None:
    """python-telegram-bot knows who wrote, and opchat's bot hands it to the API as a kind that it supports."""
    parsed = Update.de_json(update, None)
    assert parsed.effective_user is not None
    assert parsed.effective_user.id == 42

    call = read_update(update).call
    assert call is not None
    message = IncomingMessage.from_json(call.body)
    assert (message.user_id, message.first_name) == (42, "Anna")
    assert message.message_type is not MessageType.UNSUPPORTED
