"""One user's chat: reading it, being there, settling what became of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Any

from attrs import frozen
from flask import Blueprint, Response, request

from opchat_core.model import (
    OPERATOR,
    Chat,
    Message,
    Presence,
    chat_to_json,
    message_to_json,
    rules,
    user_to_json,
)
from opchat_core.model.checked import Checked, checked
from opchat_core.model.version import version_to_json
from opchat_flask.auth import current_operator, require_operator
from opchat_flask.body import read_json
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat
from opchat_flask.parameters import Query, number, optional, path_message, path_user, query_bot_type
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import digest, encode, is_known, json_response, not_modified, tagged

conversation = Blueprint("opchat_conversation", __name__)
conversation.before_request(require_operator)
guard(conversation)
answer_with_problems(conversation)

_PIECE = 200
"""Messages of a whole chat that are in memory at a time."""

_CHAT = "/api/users/<user>/operator-chat"


class _State(StrEnum):
    VIEWING = "viewing"
    TYPING = "typing"
    AWAY = "away"


@frozen(kw_only=True)
class ReadMark(Checked):
    """How far an operator has read.

    Attributes:
        seq: The newest message that they have seen.
    """

    seq: int = checked(rules.whole_number)


@frozen(kw_only=True)
class Attendance(Checked):
    """What an operator does in a chat.

    Attributes:
        state: ``viewing``, ``typing``, or ``away`` for one who has left.
    """

    state: _State = checked(rules.word(_State))


@frozen(kw_only=True)
class Verdict(Checked):
    """A person's word on an answer in doubt.

    Attributes:
        arrived: Whether it reached the user.
    """

    arrived: bool = checked(rules.flag)


@conversation.get(_CHAT)
def get_chat(user: str) -> Response:
    """Read a chat: whole, a page of it, or what changed."""
    user_id = path_user(user)
    query = Query()
    limit = query.read("limit", optional(number(1)), None)
    before = query.read("before", optional(number(1)), None)
    after = query.read("after", optional(number(0)), None)
    bot_type = query.read("botType", rules.bot_type, OPERATOR)
    query.check()

    def tag(chat: Chat) -> str:
        """Name this answer by what it depends on: every change of a chat or message moves the chat's revision."""
        return digest([chat_to_json(chat), limit, before, after])

    chat = current_chat()
    if request.if_none_match and is_known(known := tag(chat.chat(user_id, bot_type=bot_type))):
        return not_modified(known)  # one indexed look-up, and no message read
    if limit is None and before is None and after is None:
        whole, messages = chat.stream_chat(user_id, bot_type=bot_type)
        response = Response(_streamed(whole, messages), mimetype="application/json")
        response.call_on_close(messages.close)  # also where nobody reads it to the end
        return tagged(response, tag(whole))
    history = chat.read_chat(user_id, limit=limit, before=before, after=after, bot_type=bot_type)
    shown = [message_to_json(message) for message in history.messages]
    return tagged(json_response(_chat_answer(history.chat, shown, history.next_before)), tag(history.chat))


def _chat_answer(chat: Chat, messages: list[dict[str, Any]], next_before: int | None) -> dict[str, Any]:
    return {
        "user": user_to_json(chat.user),
        "chat": chat_to_json(chat),
        "nextBefore": next_before,
        "revision": chat.revision,
        "messages": messages,
    }


def _streamed(chat: Chat, messages: Iterator[Message]) -> Iterator[bytes]:
    """Write the answer piece by piece; the first piece is read at once, so that what fails then is told as ever."""
    first = list(islice(messages, _PIECE))

    def pieces() -> Iterator[bytes]:
        piece = first
        before = encode(_chat_answer(chat, [], None)).removesuffix(b"]}")
        while piece:
            yield before + encode([message_to_json(message) for message in piece])[1:-1]
            before = b","
            piece = list(islice(messages, _PIECE))
        yield b"]}" if first else before + b"]}"

    return pieces()


@conversation.get(f"{_CHAT}/<seq>/versions")
def get_versions(user: str, seq: str) -> Response:
    """Read what a message was before its edits."""
    chat = current_chat()
    message = chat.message(path_message(user, seq))
    return json_response({"versions": [version_to_json(version) for version in chat.versions(message.key)]})


@conversation.post(f"{_CHAT}/<seq>/retry")
def post_retry(user: str, seq: str) -> Response:
    """Try a failed or doubtful answer again."""
    return _message(current_chat().retry(path_message(user, seq), operator=current_operator().name))


@conversation.post(f"{_CHAT}/<seq>/mark")
def post_mark(user: str, seq: str) -> Response:
    """End the doubt about an answer by a person's word."""
    key = path_message(user, seq)
    arrived = Verdict.from_json(read_json()).arrived
    return _message(current_chat().mark_delivered(key, arrived=arrived, operator=current_operator().name))


@conversation.post(f"{_CHAT}/read")
def post_read(user: str) -> Response:
    """Mark a chat read, as far as a message."""
    user_id = path_user(user)
    bot_type = query_bot_type()
    mark = ReadMark.from_json(read_json())
    chat = current_chat().mark_read(user_id, mark.seq, bot_type=bot_type)
    return json_response({"success": True, "chat": chat_to_json(chat)})


@conversation.post(f"{_CHAT}/presence")
def post_presence(user: str) -> Response:
    """Take in that an operator is in a chat, or has left it, and tell who else is there."""
    user_id = path_user(user)
    bot_type = query_bot_type()
    state = Attendance.from_json(read_json()).state
    presence = None if state is _State.AWAY else Presence(state)
    colleagues = current_chat().attend(user_id, current_operator().name, presence, bot_type=bot_type)
    return json_response(
        {"success": True, "colleagues": [{"operator": one.name, "state": one.presence} for one in colleagues]}
    )


def _message(message: Message) -> Response:
    return json_response({"success": True, "message": message_to_json(message)})
