"""What the bot reports: messages of users, their reactions, and who has blocked it."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from flask import Blueprint, Response

from opchat_core.model import (
    OPERATOR,
    Direction,
    IncomingMessage,
    Reaction,
    Received,
    chat_to_json,
    message_to_json,
    rules,
)
from opchat_core.model.checked import Checked, checked
from opchat_flask.auth import reporter, require_verified
from opchat_flask.body import read_json
from opchat_flask.headers import guard
from opchat_flask.limits import charges_of_message
from opchat_flask.mount import current_chat
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import json_response
from opchat_flask.uploads import Origin

ingest = Blueprint("opchat_ingest", __name__)
members = Blueprint("opchat_members", __name__)

for _blueprint in (ingest, members):
    guard(_blueprint)
    answer_with_problems(_blueprint)


@frozen(kw_only=True)
class Membership(Checked):
    """Whether a user lets the bot write to them.

    Attributes:
        user_id: Telegram user id.
        bot_type: Which bot.
        blocked_by_user: They have blocked it.
    """

    user_id: int = checked(rules.telegram_id)
    bot_type: str = checked(rules.bot_type, default=OPERATOR)
    blocked_by_user: bool = checked(rules.flag)


@ingest.post("/api/chat-message")
def post_message() -> Response:
    """Store one message."""
    caller = reporter()
    message = IncomingMessage.from_json(read_json(Origin.PROVEN if caller.verified else Origin.STRANGER))
    if not caller.verified:
        current_chat().admit(charges_of_message(message.user_id))
    sent_elsewhere = message.direction is Direction.OUT and caller.operator is not None
    received = current_chat().take_in(
        message, verified=caller.verified, operator=caller.operator.name if sent_elsewhere and caller.operator else None
    )
    return json_response(*stored(received))


def stored(received: Received) -> tuple[dict[str, Any], int]:
    """Say what became of a message: the body of the answer, and its status."""
    answer = {"success": True, "message": message_to_json(received.message)}
    if received.duplicate:
        return {**answer, "duplicate": True}, 200
    return answer, 200 if received.updated else 201


@members.post("/api/chat-reaction")
def post_reaction() -> Response:
    """Record with what a user reacts to a message."""
    require_verified()
    received = current_chat().react(Reaction.from_json(read_json()))
    answer = {"success": True, "message": message_to_json(received.message)}
    return json_response({**answer, "duplicate": True} if received.duplicate else answer)


@members.post("/api/chat-member")
def post_member() -> Response:
    """Record that a user has blocked or unblocked the bot."""
    require_verified()
    member = Membership.from_json(read_json())
    chat = current_chat().set_blocked(member.user_id, blocked=member.blocked_by_user, bot_type=member.bot_type)
    return json_response({"success": True, "chat": chat_to_json(chat)})
