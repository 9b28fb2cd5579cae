"""Reading again what an earlier version kept raw."""

from __future__ import annotations

import json

from opchat_bot.convert import MESSAGE_PATH, read_update
from opchat_core.errors import InvalidInput
from opchat_core.model import IncomingMessage, Message, MessageType


def reread(message: Message) -> IncomingMessage | None:
    """Say what an ``unsupported`` message means to this version; None where it still does not know.

    Args:
        message: One that the bot handed in, with its raw update in ``payload``.
    """
    call = read_update(_update_of(message), bot_type=message.bot_type).call
    if call is None or call.path != MESSAGE_PATH:  # a reaction that came late is of no message any more
        return None
    try:
        meaning = IncomingMessage.from_json(call.body)
    except InvalidInput:
        return None
    same = meaning.user_id == message.user_id and meaning.message_type is not MessageType.UNSUPPORTED
    return meaning if same else None


def _update_of(message: Message) -> object:
    """Find the update as Telegram sent it, however it had to be kept."""
    payload = message.payload or {}
    if set(payload) != {"rawJson"}:
        return payload
    try:
        return json.loads(str(payload["rawJson"]))
    except (ValueError, RecursionError):
        return None  # it was too long to be kept whole
