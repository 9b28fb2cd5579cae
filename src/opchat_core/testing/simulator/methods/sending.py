"""Texts and signs of life: `sendMessage`, `sendChatAction`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.state import TYPING_LASTS
from opchat_core.testing.simulator.text import checked_entities, message_text
from opchat_core.testing.simulator.values import ApiError, Json

from .chats import deliver, open_chat_user, refuse_parse_mode, replied_message

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(state: State, bot: Bot, call: Call) -> Json:
    """Send a text and return the message as it was delivered: trimmed, as Telegram trims it.

    Raises:
        ApiError: 400 for an empty or too long text, an unknown chat, a missing message to reply to; 403 when blocked.
    """
    refuse_parse_mode(call)
    text, entities = message_text(call.text("text"), checked_entities(call.json("entities")))
    user = open_chat_user(state, bot, call)
    content = {**replied_message(bot, user, call), "text": text}
    if entities:
        content["entities"] = entities
    return deliver(state, bot, user, content)


def send_chat_action(state: State, bot: Bot, call: Call) -> bool:
    """Show for five seconds that the bot is busy."""
    user = open_chat_user(state, bot, call)
    if call.text("action").lower() not in _ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    bot.typing_until[user.id] = state.clock() + TYPING_LASTS
    state.touch()
    return True


METHODS = {"sendmessage": send_message, "sendchataction": send_chat_action}
