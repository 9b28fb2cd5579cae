"""The way from a call to the chat it is about, and from a content to a message in that chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from opchat_core.testing.simulator.markup import inline_keyboard
from opchat_core.testing.simulator.text import as_delivered, checked_entities, find_quote
from opchat_core.testing.simulator.values import ApiError, Json, SimMessage, SimUser

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State


@frozen
class Recipient:
    """Whom a message goes to, and what every kind of message may have besides its content."""

    user: SimUser
    extras: Json


def chat_user(state: State, _bot: Bot, call: Call) -> SimUser:
    """Return the user whose private chat a call names.

    A user of the simulator counts as one who has pressed Start at every bot.

    Raises:
        ApiError: 400, no chat is named, or nobody has this id.
    """
    if not call.text("chat_id"):
        raise ApiError(400, "Bad Request: chat_id is empty")
    user = state.users.get(call.chat_id or 0)
    if user is None:
        raise ApiError(400, "Bad Request: chat not found")
    return user


def open_chat_user(state: State, bot: Bot, call: Call) -> SimUser:
    """Return the user a call writes to.

    Raises:
        ApiError: As `chat_user`; 403 when the user has blocked the bot.
    """
    user = chat_user(state, bot, call)
    if user.id in bot.blocked_by:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    return user


def find_message(state: State, bot: Bot, call: Call, called: str) -> SimMessage:
    """Return the message that a call names.

    Args:
        state: The simulator's memory.
        bot: Who calls.
        call: Its parameters `chat_id` and `message_id`.
        called: What the refusal calls it: `message to edit`.

    Raises:
        ApiError: 400, there is no such chat or message.
    """
    user = chat_user(state, bot, call)
    message = bot.chat(user.id).get(call.integer("message_id", 0))
    if message is None or message.deleted:
        raise ApiError(400, f"Bad Request: {called} not found")
    return message


def recipient(state: State, bot: Bot, call: Call) -> Recipient:
    """Return whom a call sends to.

    Raises:
        ApiError: As `open_chat_user`; 400 for buttons, or an answered message, that cannot be.
    """
    refuse_parse_mode(call)
    keyboard = inline_keyboard(call)
    user = open_chat_user(state, bot, call)
    extras = _replied(bot, user, call)
    if keyboard:
        extras["reply_markup"] = keyboard
    if call.flag("protect_content"):
        extras["has_protected_content"] = True
    if call.text("message_effect_id"):
        extras["effect_id"] = call.text("message_effect_id")
    return Recipient(user, extras)


def deliver(state: State, bot: Bot, to: Recipient, content: Json) -> Json:
    """Put a message of the bot into the chat and return the `Message` object."""
    message_id = bot.take_message_id()
    body = {
        "message_id": message_id,
        "from": bot.as_user(),
        "chat": to.user.as_chat(),
        "date": state.unix_time(),
        **to.extras,
        **content,
    }
    bot.chat(to.user.id)[message_id] = SimMessage(message_id, to.user.id, outgoing=True, body=body)
    bot.typing_until.pop(to.user.id, None)
    state.touch()
    return body


def refuse_parse_mode(call: Call) -> None:
    """Refuse a `parse_mode`: whoever sends a stranger's text must not have it parsed.

    Telegram's three markup languages are not simulated; `entities` are.

    Raises:
        ApiError: 400, a parse mode other than `none` was given.
    """
    if call.text("parse_mode").lower() not in {"", "none"}:
        raise ApiError(400, "Bad Request: can't parse entities: the simulator knows no parse_mode, send entities")


def _replied(bot: Bot, user: SimUser, call: Call) -> Json:
    """Return the fields of a new message that say what it answers; none when it answers nothing.

    Raises:
        ApiError: 400, the message it answers is not there and the call does not allow for that, or does not say what
            it quotes.
    """
    parameters = call.json("reply_parameters", called="reply parameters")
    if parameters is None:
        parameters = {
            "message_id": call.integer("reply_to_message_id", 0),
            "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
        }
    if not isinstance(parameters, dict):
        raise ApiError(400, "Bad Request: object expected as reply parameters")
    if not parameters.get("message_id"):
        return {}
    replied = bot.chat(user.id).get(parameters["message_id"])
    if replied is None or replied.deleted:
        if parameters.get("allow_sending_without_reply") is True:
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    fields: Json = {"reply_to_message": replied.without_reply()}
    if parameters.get("quote"):
        text, entities = as_delivered(str(parameters["quote"]), checked_entities(parameters.get("quote_entities")))
        fields["quote"] = find_quote(replied.text, text, entities, parameters.get("quote_position"))
        if fields["quote"] is None:
            raise ApiError(400, "Bad Request: QUOTE_TEXT_INVALID")
    return fields
