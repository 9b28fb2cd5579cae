"""What a bot does about what the user did: reactions, and answers to pressed buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from opchat_core.testing.simulator.reactions import REACTIONS, plain
from opchat_core.testing.simulator.values import ApiError, Notice

from .chats import find_message

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

_NOTICE_LIMIT = 200


def set_message_reaction(state: State, bot: Bot, call: Call) -> bool:
    """Put an emoji on a message, or take it away; a bot has one at most.

    Raises:
        ApiError: 400, no such message, no such reaction, or several.
    """
    types = call.json("reaction", called="reaction types") or []
    if not isinstance(types, list):
        raise ApiError(400, "Bad Request: expected an Array of ReactionType")
    for one in types:
        if not isinstance(one, dict):
            raise ApiError(400, "Bad Request: can't parse ReactionType: expected an Object")
        if one.get("type") not in {"emoji", "custom_emoji"}:
            raise ApiError(400, "Bad Request: can't parse ReactionType: invalid reaction type specified")
    message = find_message(state, bot, call, "message to react")
    if len(types) > 1:
        raise ApiError(400, "Bad Request: REACTIONS_TOO_MANY")
    emoji = tuple(plain(str(one.get("emoji"))) for one in types)
    if not REACTIONS.issuperset(emoji):
        raise ApiError(400, "Bad Request: REACTION_INVALID")
    bot.chats[message.chat_id][message.message_id] = evolve(message, bot_reactions=emoji)
    state.touch()
    return True


def answer_callback_query(state: State, bot: Bot, call: Call) -> bool:
    """Answer a pressed button, once: the phone stops waiting and shows the text, if there is one.

    Raises:
        ApiError: 400, nobody waits for this answer, or the text has more than 200 characters.
    """
    query_id = call.text("callback_query_id")
    if query_id not in bot.presses:
        words = "query is too old and response timeout expired or query ID is invalid"
        raise ApiError(400, f"Bad Request: {words}")
    if len(call.text("text")) > _NOTICE_LIMIT:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    user_id = bot.presses.pop(query_id)
    bot.notices[user_id] = Notice(query_id, call.text("text"), call.flag("show_alert"))
    state.touch()
    return True


METHODS = {"setmessagereaction": set_message_reaction, "answercallbackquery": answer_callback_query}
