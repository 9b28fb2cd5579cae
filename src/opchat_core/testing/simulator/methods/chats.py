"""The way from a call to the chat it is about, and from a content to a message in that chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.values import ApiError, Json, SimMessage, SimUser

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State


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


def replied_message(bot: Bot, user: SimUser, call: Call) -> Json:
    """Return the fields of a new message that say what it answers; none when it answers nothing.

    Raises:
        ApiError: 400, the message it answers is not there and the call does not allow for that.
    """
    message_id, optional = call.integer("reply_to_message_id", 0), call.flag("allow_sending_without_reply")
    parameters = call.json("reply_parameters")
    if isinstance(parameters, dict):
        given = parameters.get("message_id")
        message_id = given if isinstance(given, int) else 0
        optional = parameters.get("allow_sending_without_reply") is True
    if not message_id:
        return {}
    replied = bot.chat(user.id).get(message_id)
    if replied is None or replied.deleted:
        if optional:
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    return {"reply_to_message": {key: value for key, value in replied.body.items() if key != "reply_to_message"}}


def deliver(state: State, bot: Bot, user: SimUser, content: Json) -> Json:
    """Put a message of the bot into the chat and return the `Message` object."""
    message_id = bot.take_message_id()
    body = {
        "message_id": message_id,
        "from": bot.as_user(),
        "chat": user.as_chat(),
        "date": state.unix_time(),
        **content,
    }
    bot.chat(user.id)[message_id] = SimMessage(message_id, user.id, outgoing=True, body=body)
    bot.typing_until.pop(user.id, None)
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
