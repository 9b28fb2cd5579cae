"""Changing what was sent: `editMessageText`, `editMessageCaption`, `deleteMessage`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from opchat_core.testing.simulator.text import caption_text, checked_entities, message_text
from opchat_core.testing.simulator.values import ApiError, Json, SimMessage

from .chats import chat_user, refuse_parse_mode

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

WINDOW = timedelta(hours=48)


def edit_message_text(state: State, bot: Bot, call: Call) -> Json:
    """Change the text of a message of the bot, at most 48 hours after it was sent.

    Raises:
        ApiError: 400, no such message, not the bot's own, too old, the same text, or no text message.
    """
    refuse_parse_mode(call)
    text, entities = message_text(call.text("text"), checked_entities(call.json("entities")))
    message = _editable(state, bot, call)
    if "text" not in message.body:
        raise ApiError(400, "Bad Request: there is no text in the message to edit")
    return _change(state, bot, message, {"text": text, "entities": entities or None})


def edit_message_caption(state: State, bot: Bot, call: Call) -> Json:
    """Change the caption of a file the bot sent, under the conditions of `edit_message_text`.

    Raises:
        ApiError: 400, as there.
    """
    refuse_parse_mode(call)
    caption, entities = caption_text(call.text("caption"), checked_entities(call.json("caption_entities")))
    message = _editable(state, bot, call)
    if "text" in message.body:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    return _change(state, bot, message, {"caption": caption or None, "caption_entities": entities or None})


def delete_message(state: State, bot: Bot, call: Call) -> bool:
    """Take a message out of the chat, at most 48 hours after it was sent; in private chats the user's, too.

    Raises:
        ApiError: 400, no such message, or too old.
    """
    message = _find(state, bot, call, "message to delete")
    if _is_old(state, message):
        raise ApiError(400, "Bad Request: message can't be deleted for everyone")
    bot.chats[message.chat_id][message.message_id] = evolve(message, deleted=True)
    state.touch()
    return True


def _find(state: State, bot: Bot, call: Call, name: str) -> SimMessage:
    user = chat_user(state, bot, call)
    message = bot.chat(user.id).get(call.integer("message_id", 0))
    if message is None or message.deleted:
        raise ApiError(400, f"Bad Request: {name} not found")
    return message


def _editable(state: State, bot: Bot, call: Call) -> SimMessage:
    message = _find(state, bot, call, "message to edit")
    if not message.outgoing or _is_old(state, message):
        raise ApiError(400, "Bad Request: message can't be edited")
    return message


def _is_old(state: State, message: SimMessage) -> bool:
    return state.unix_time() - int(message.body["date"]) > WINDOW.total_seconds()


def _change(state: State, bot: Bot, message: SimMessage, changes: Json) -> Json:
    """Put changes into a message; a value of `None` takes the field away."""
    body = {key: value for key, value in (message.body | changes).items() if value is not None}
    if body == message.body:
        raise ApiError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message",
        )
    body["edit_date"] = state.unix_time()
    bot.chats[message.chat_id][message.message_id] = evolve(message, body=body)
    state.touch()
    return body


METHODS = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "deletemessage": delete_message,
}
