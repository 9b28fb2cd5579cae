"""Changing what was sent: its text, caption, file or buttons, or that it is there at all.

Telegram lets bots delete messages of private chats for 48 hours. It sets them no such term for editing their own
messages, but it does so for everybody else and in business chats, and a bot that keeps to it is right everywhere: the
simulator refuses both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from opchat_core.testing.simulator.kinds import CAPTIONED, FILE_KINDS
from opchat_core.testing.simulator.markup import inline_keyboard
from opchat_core.testing.simulator.text import caption_text, checked_entities, link_preview, message_text
from opchat_core.testing.simulator.values import ApiError, Json, SimMessage

from .chats import chat_user, find_message, refuse_parse_mode
from .media import media_content, read_media

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

WINDOW = timedelta(hours=48)
_DELETED_AT_ONCE = 100
_TEXT_FIELDS = ("text", "entities", "link_preview_options")
_CARRIED = ("message_id", "from", "chat", "date", "reply_to_message", "quote", "media_group_id")


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
    content = {"text": text, "entities": entities or None, **link_preview(call)}
    return _change(state, bot, message, call, dict.fromkeys(_TEXT_FIELDS) | content)


def edit_message_caption(state: State, bot: Bot, call: Call) -> Json:
    """Change the caption of a file the bot sent, under the conditions of `edit_message_text`.

    Raises:
        ApiError: 400, as there.
    """
    refuse_parse_mode(call)
    caption, entities = caption_text(call.text("caption"), checked_entities(call.json("caption_entities")))
    message = _editable(state, bot, call)
    if message.kind not in CAPTIONED:
        raise ApiError(400, "Bad Request: there is no caption in the message to edit")
    content = {
        "caption": caption or None,
        "caption_entities": entities or None,
        "show_caption_above_media": call.flag("show_caption_above_media") or None,
    }
    return _change(state, bot, message, call, content)


def edit_message_media(state: State, bot: Bot, call: Call) -> Json:
    """Put another file and its caption into a message of the bot, or a file into one of text.

    Raises:
        ApiError: 400, as `edit_message_text`; the message or the file is of a kind that cannot be exchanged, or not
            within an album.
    """
    if not call.text("media"):
        raise ApiError(400, 'Bad Request: parameter "media" is required')
    media = read_media(call.json("media", called="input media"), for_album=False)
    message = _editable(state, bot, call)
    old = FILE_KINDS.get(message.kind)
    if message.kind != "text" and not (old and old.editable):
        raise ApiError(400, "Bad Request: message media can't be edited")
    new = FILE_KINDS[media["type"]]
    if "media_group_id" in message.body and old and old is not new:
        if not new.in_albums:
            raise ApiError(400, "Bad Request: message content type can't be used in an album")
        if not (old.mixes and new.mixes):
            raise ApiError(400, "Bad Request: can't change media type in the album")
    gone = dict.fromkeys(key for key in message.body if key not in _CARRIED)
    return _change(state, bot, message, call, gone | media_content(state, call, media))


def edit_message_reply_markup(state: State, bot: Bot, call: Call) -> Json:
    """Change the buttons under a message of the bot, or take them away.

    Raises:
        ApiError: 400, as `edit_message_text`.
    """
    return _change(state, bot, _editable(state, bot, call), call, {})


def delete_message(state: State, bot: Bot, call: Call) -> bool:
    """Take a message out of the chat, at most 48 hours after it was sent; in private chats the user's, too.

    Raises:
        ApiError: 400, no such message, or too old.
    """
    if not call.integer("message_id", 0):
        raise ApiError(400, "Bad Request: message identifier is not specified")
    _delete(state, bot, [find_message(state, bot, call, "message to delete")])
    return True


def delete_messages(state: State, bot: Bot, call: Call) -> bool:
    """Take up to 100 messages out of the chat, all or none of them; those that are not there do not matter.

    Raises:
        ApiError: 400, none or too many are named, or one is too old.
    """
    ids = call.json("message_ids")
    if not ids:
        raise ApiError(400, "Bad Request: message identifiers are not specified")
    if not isinstance(ids, list):
        raise ApiError(400, "Bad Request: expected an Array of message identifiers")
    if len(ids) > _DELETED_AT_ONCE:
        raise ApiError(400, "Bad Request: too many message identifiers specified")
    if any(type(message_id) is not int for message_id in ids):
        raise ApiError(400, "Bad Request: message identifier must be a Number")
    chat = bot.chat(chat_user(state, bot, call).id)
    _delete(state, bot, [chat[message_id] for message_id in ids if message_id in chat and not chat[message_id].deleted])
    return True


def _delete(state: State, bot: Bot, messages: list[SimMessage]) -> None:
    if any(_is_old(state, message) for message in messages):
        raise ApiError(400, "Bad Request: message can't be deleted for everyone")
    for message in messages:
        bot.chats[message.chat_id][message.message_id] = evolve(message, deleted=True)
    state.touch()


def _editable(state: State, bot: Bot, call: Call) -> SimMessage:
    message = find_message(state, bot, call, "message to edit")
    if not message.outgoing or _is_old(state, message):
        raise ApiError(400, "Bad Request: message can't be edited")
    return message


def _is_old(state: State, message: SimMessage) -> bool:
    return state.unix_time() - int(message.body["date"]) > WINDOW.total_seconds()


def _change(state: State, bot: Bot, message: SimMessage, call: Call, changes: Json) -> Json:
    """Put changes and the buttons of a call into a message; a value of `None` takes the field away."""
    changes = {**changes, "reply_markup": inline_keyboard(call)}
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
    "editmessagemedia": edit_message_media,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
}
