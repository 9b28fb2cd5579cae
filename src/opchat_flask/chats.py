"""The list of chats, and their status."""

from __future__ import annotations

from attrs import frozen
from flask import Blueprint, Response

from opchat_core.model import OPERATOR, ChatStatus, Cursor, chat_to_json, rules
from opchat_core.model.checked import Checked, checked
from opchat_core.service import MAX_PAGE
from opchat_flask.auth import current_operator, require_operator
from opchat_flask.body import read_json
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat
from opchat_flask.parameters import Query, number, optional
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import conditional_json, digest, is_known, json_response, not_modified, tagged

chats = Blueprint("opchat_chats", __name__)
chats.before_request(require_operator)
guard(chats)
answer_with_problems(chats)

_status = rules.word(ChatStatus)


@frozen(kw_only=True)
class StatusChange(Checked):
    """A decision about a chat.

    Attributes:
        user_id: The user of the chat.
        status: What it is to be.
        bot_type: The bot of the chat.
    """

    user_id: int = checked(rules.telegram_id)
    status: ChatStatus = checked(_status)
    bot_type: str = checked(rules.bot_type, default=OPERATOR)


@chats.get("/api/operator-chats")
def get_chats() -> Response:
    """List chats, newest activity first."""
    query = Query()
    status = query.read("status", optional(_status), None)
    search = query.read("search", rules.name, "")
    limit = query.read("limit", number(1, MAX_PAGE), 50)
    cursor = query.read("cursor", optional(Cursor.decode), None)
    bot_type = query.read("botType", rules.bot_type, OPERATOR)
    query.check()
    chat = current_chat()
    tag = None
    if not search.strip():
        shown = chat.fingerprint_chats(status=status, limit=limit, cursor=cursor, bot_type=bot_type)
        # Read before the page, so that it never names a page that is older.
        tag = digest([shown, status, limit, cursor and cursor.encode(), bot_type])
        if is_known(tag):
            return not_modified(tag)
    page = chat.list_chats(status=status, search=search, limit=limit, cursor=cursor, bot_type=bot_type)
    answer = {
        "chats": [chat_to_json(chat) for chat in page.chats],
        "nextCursor": page.next_cursor and page.next_cursor.encode(),
        "counts": {"open": page.counts.open, "closed": page.counts.closed},
    }
    return conditional_json(answer) if tag is None else tagged(json_response(answer), tag)


@chats.patch("/api/operator-chats")
def patch_chat() -> Response:
    """Open or close a chat."""
    change = StatusChange.from_json(read_json())
    chat = current_chat().set_status(
        change.user_id, change.status, bot_type=change.bot_type, operator=current_operator().name
    )
    return json_response({"success": True, "chat": chat_to_json(chat)})
