"""The endpoints of the API: what they take, and every status that they answer."""

from __future__ import annotations

from opchat_core.model import ChatStatus
from opchat_core.service import MAX_PAGE
from opchat_flask.openapi.parts import (
    ANYBODY,
    BODY,
    BOT,
    KNOWN,
    NOTHING_NEW,
    OPERATOR,
    SEQ,
    USER,
    VERIFIED,
    Operation,
    file_answer,
    json_answer,
    operation,
    problem,
    query,
)
from opchat_flask.openapi.shapes import COUNT, POSITIVE, STRING, text, words
from opchat_flask.openapi.upkeep import UPKEEP

_CHANGE = (401, 403, 404, 503)
_CHANGED = json_answer("MessageAnswer", "The message as it is now; `pendingChange` is what Telegram has not done yet.")

PATHS: dict[str, dict[str, Operation]] = {
    "/api/chat-message": {
        "post": operation(
            "Store one message",
            {
                201: json_answer("MessageAnswer", "It is stored."),
                200: json_answer("MessageAnswer", "It was stored before (`duplicate`), or this is its new version."),
            },
            problems=(*BODY, 401, 403, 429, 503),
            security=ANYBODY,
            body="IncomingMessage",
            description="Without proof the message is stored as `verified: false`. Open to browsers of other origins.",
        )
    },
    "/api/chat-member": {
        "post": operation(
            "Record a block",
            {200: json_answer("ChatAnswer", "It is recorded.")},
            problems=(*BODY, 401, 404, 429, 503),
            security=VERIFIED,
            body="Membership",
            description="The user has blocked or unblocked the bot.",
        )
    },
    "/api/chat-reaction": {
        "post": operation(
            "Record a reaction",
            {200: json_answer("MessageAnswer", "The message as it is now; `duplicate` where nothing changed.")},
            problems=(*BODY, 401, 404, 429, 503),
            security=VERIFIED,
            body="IncomingReaction",
            description="With what the user reacts to a message now, in place of what they reacted with before.",
        )
    },
    "/api/bot-status": {
        "post": operation(
            "Report a bot",
            {200: json_answer("Done", "It is known.")},
            problems=(*BODY, 401, 503),
            security=VERIFIED,
            body="BotReport",
            description="How a bot fares; opchat's own tells every half minute. See `/readyz` and `opchat doctor`.",
        )
    },
    "/api/operator-chats": {
        "get": operation(
            "List chats",
            {200: json_answer("ChatList", "Chats, newest activity first.", tagged=True), 304: NOTHING_NEW},
            problems=(401, 422, 503),
            security=OPERATOR,
            parameters=(
                query("status", words(ChatStatus), "Only these."),
                query("search", text(256), "Only users whose name contains this, or whose id it is."),
                query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}, "Chats a page."),
                query("cursor", STRING, "The `nextCursor` of the page before."),
                BOT,
                KNOWN,
            ),
        ),
        "patch": operation(
            "Open or close a chat",
            {200: json_answer("ChatAnswer", "The chat as it is now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="StatusChange",
        ),
    },
    "/api/users/{userId}/operator-chat": {
        "get": operation(
            "Read a chat",
            {
                200: json_answer("Conversation", "The chat and its messages, oldest first.", tagged=True),
                304: NOTHING_NEW,
            },
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(
                USER,
                query("limit", POSITIVE, "At most so many, the newest of them; default all."),
                query("before", POSITIVE, "Only messages with a lower `seq`."),
                query(
                    "after", COUNT, "Every message added or changed since this revision; not with `limit` or `before`."
                ),
                BOT,
                KNOWN,
            ),
        ),
        "post": operation(
            "Send an answer",
            {
                201: json_answer("SentAnswer", "It is stored; `delivery.status` says how far it has come."),
                200: json_answer("SentAnswer", "It was sent before, and nothing was sent now."),
                409: problem(409, "A colleague has answered since (`answered_by_colleague`, with `messages`)."),
            },
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="Answer",
            form="AnswerForm",
            parameters=(USER, BOT),
            description="Text as JSON, or files as `multipart/form-data`; too large ones are 413 `file_too_large`.",
        ),
    },
    "/api/users/{userId}/operator-chat/{seq}": {
        "patch": operation(
            "Edit an answer",
            {200: _CHANGED},
            problems=(*BODY, *_CHANGE, 409),
            security=OPERATOR,
            body="Edit",
            parameters=(USER, SEQ, BOT),
            description="In Telegram, too; 409 `not_changeable`, `change_under_way`, or after 48 hours `too_late`.",
        ),
        "delete": operation(
            "Delete an answer",
            {200: _CHANGED},
            problems=(*_CHANGE, 409, 422),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="In Telegram, too; 409 as for an edit.",
        ),
    },
    "/api/users/{userId}/operator-chat/{seq}/reaction": {
        "put": operation(
            "React to a message",
            {200: _CHANGED},
            problems=(*BODY, *_CHANGE, 409),
            security=OPERATOR,
            body="OwnReaction",
            parameters=(USER, SEQ, BOT),
            description="One that the user wrote, else 409 `not_changeable`; without an `emoji` the reaction goes.",
        )
    },
    "/api/limits": {
        "get": operation(
            "Read limits",
            {200: json_answer("Limits", "What an answer may be at most.", tagged=True), 304: NOTHING_NEW},
            problems=(401, 503),
            security=OPERATOR,
            parameters=(KNOWN,),
        )
    },
    "/api/users/{userId}/operator-chat/read": {
        "post": operation(
            "Mark a chat read",
            {200: json_answer("ChatAnswer", "The chat as it is now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="ReadMark",
            parameters=(USER, BOT),
            description="Everything up to `seq`.",
        )
    },
    "/api/users/{userId}/operator-chat/presence": {
        "post": operation(
            "Say who is there",
            {200: json_answer("Colleagues", "The other operators who are in the chat now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="Attendance",
            parameters=(USER, BOT),
            description="True for 12 seconds unless said again. Others learn of it by `event: presence`.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/versions": {
        "get": operation(
            "Read earlier versions",
            {200: json_answer("Versions", "What the message was before its edits, oldest first.")},
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="Without its present text; empty for a message that was never edited.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/retry": {
        "post": operation(
            "Try an answer again",
            {200: json_answer("MessageAnswer", "The answer as it is now.")},
            problems=(*_CHANGE, 409, 422),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="One that is `failed` or `unknown`, else 409 `not_retryable`. In doubt, it may arrive twice.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/mark": {
        "post": operation(
            "Settle an answer",
            {200: json_answer("MessageAnswer", "The answer as it is now.")},
            problems=(*BODY, *_CHANGE, 409),
            security=OPERATOR,
            body="Verdict",
            parameters=(USER, SEQ, BOT),
            description="A person says whether an `unknown` answer arrived; others are 409 `not_retryable`.",
        )
    },
    "/api/media/{userId}/{seq}": {
        "get": operation(
            "Read a file",
            {
                200: file_answer("The whole file."),
                206: file_answer("The part that `Range` asks for."),
                304: NOTHING_NEW,
                416: problem(416, "The file has no such part."),
            },
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(
                USER,
                SEQ,
                BOT,
                query("thumbnail", {"enum": ["0", "1"], "default": "0"}, "`1`: a small picture of it."),
                query("version", POSITIVE, "The file of an earlier version, by its number."),
                KNOWN,
            ),
            description="Fetched from Telegram and kept for a while. Pictures, videos and sounds are `inline`, "
            "the rest is an `attachment`. 404 says by its code why there is none: `media_not_found`, "
            "`media_too_large` over 20 MB, `media_gone`.",
        )
    },
    "/api/events": {
        "get": operation(
            "Follow changes",
            {
                200: {
                    "description": (
                        "`event: chat` with `data: {userId, botType, revision}` for every change, `event: presence` "
                        "with `{userId, botType}` when operators come to a chat or leave it, and a comment every "
                        "15 seconds. A hint: one ordinary request makes good whatever was missed."
                    ),
                    "content": {"text/event-stream": {"schema": STRING}},
                }
            },
            problems=(401, 503),
            security=OPERATOR,
        )
    },
    **UPKEEP,
}
