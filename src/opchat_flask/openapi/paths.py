"""The endpoints of the API: what they take, and every status that they answer."""

from __future__ import annotations

from typing import Any

from opchat_core.model import ChatStatus
from opchat_core.service import MAX_PAGE
from opchat_flask.openapi.schemas import BOT_TYPE, COUNT, POSITIVE, STRING, Schema, ref, text, words

Operation = dict[str, Any]
Security = list[dict[str, list[str]]]

OPERATOR: Security = [{"operatorToken": []}, {"session": []}]
VERIFIED: Security = [{"ingestToken": []}, {"operatorToken": []}]
ANYBODY: Security = [*VERIFIED, {}]

PROBLEMS = {
    400: "The body is not valid JSON.",
    401: "The caller did not prove who it is.",
    403: "The caller may not do this, or the request did not come from the dashboard (`csrf_failed`).",
    404: "There is no such user, chat or message.",
    409: "The request does not fit what is stored now.",
    413: "The body is longer than 256 KiB.",
    415: "The body is not `application/json`.",
    422: "Fields or parameters break their rules; `errors` names each. Nothing was changed.",
    429: "Too many requests; `Retry-After` says when to come again.",
    503: "Something is away for the moment, or no bot is configured (`telegram_not_configured`).",
}
BODY = (400, 413, 415, 422)


def _problem(status: int, detail: str | None = None) -> dict[str, Any]:
    return {
        "description": detail or PROBLEMS[status],
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


def _json(schema: str, detail: str, *, tagged: bool = False) -> dict[str, Any]:
    response: dict[str, Any] = {"description": detail, "content": {"application/json": {"schema": ref(schema)}}}
    if tagged:
        response["headers"] = {"ETag": {"schema": STRING, "required": True}}
    return response


def _file(detail: str) -> dict[str, Any]:
    return {
        "description": detail,
        "headers": {"ETag": {"schema": STRING, "required": True}},
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }


def _operation(
    summary: str,
    answers: dict[int, dict[str, Any]],
    *,
    problems: tuple[int, ...] = (),
    security: Security | None = None,
    body: str | None = None,
    form: str | None = None,
    parameters: tuple[Schema, ...] = (),
    description: str = "",
) -> Operation:
    statuses = {**answers, **{status: _problem(status) for status in problems if status not in answers}}
    operation: Operation = {
        "summary": summary,
        "operationId": summary.lower().replace(",", "").replace(" ", "_"),
        "responses": {str(status): statuses[status] for status in sorted(statuses)},
        "security": security or [],
    }
    if description:
        operation["description"] = description
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        content = {"application/json": {"schema": ref(body)}}
        if form:
            content["multipart/form-data"] = {"schema": ref(form)}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _path(name: str, description: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": POSITIVE, "description": description}


USER = _path("userId", "The Telegram user id.")
SEQ = _path("seq", "The message's number in the chat.")
BOT = _query("botType", {**BOT_TYPE, "default": "operator"}, "Which bot's chat.")
KNOWN: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "schema": STRING,
    "description": "The `ETag` of an earlier answer: 304 if nothing has changed.",
}
NOTHING_NEW = {"description": "Nothing has changed."}

_CHANGE = (401, 403, 404, 503)
_CHANGED = _json("MessageAnswer", "The message as it is now; `pendingChange` is what Telegram has not done yet.")

PATHS: dict[str, dict[str, Operation]] = {
    "/api/chat-message": {
        "post": _operation(
            "Store one message",
            {
                201: _json("MessageAnswer", "It is stored."),
                200: _json("MessageAnswer", "It was stored before (`duplicate`), or this is its new version."),
            },
            problems=(*BODY, 401, 403, 429, 503),
            security=ANYBODY,
            body="IncomingMessage",
            description="Without proof the message is stored as `verified: false`. Open to browsers of other origins.",
        )
    },
    "/api/chat-member": {
        "post": _operation(
            "Record a block",
            {200: _json("ChatAnswer", "It is recorded.")},
            problems=(*BODY, 401, 404, 429, 503),
            security=VERIFIED,
            body="Membership",
            description="The user has blocked or unblocked the bot.",
        )
    },
    "/api/chat-reaction": {
        "post": _operation(
            "Record a reaction",
            {200: _json("MessageAnswer", "The message as it is now; `duplicate` where nothing changed.")},
            problems=(*BODY, 401, 404, 429, 503),
            security=VERIFIED,
            body="IncomingReaction",
            description="With what the user reacts to a message now, in place of what they reacted with before.",
        )
    },
    "/api/bot-status": {
        "post": _operation(
            "Report a bot",
            {200: _json("Done", "It is known.")},
            problems=(*BODY, 401, 503),
            security=VERIFIED,
            body="BotReport",
            description="How a bot fares; opchat's own tells every half minute. See `/readyz` and `opchat doctor`.",
        )
    },
    "/api/operator-chats": {
        "get": _operation(
            "List chats",
            {200: _json("ChatList", "Chats, newest activity first.", tagged=True), 304: NOTHING_NEW},
            problems=(401, 422, 503),
            security=OPERATOR,
            parameters=(
                _query("status", words(ChatStatus), "Only these."),
                _query("search", text(256), "Only users whose name contains this, or whose id it is."),
                _query("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}, "Chats a page."),
                _query("cursor", STRING, "The `nextCursor` of the page before."),
                BOT,
                KNOWN,
            ),
        ),
        "patch": _operation(
            "Open or close a chat",
            {200: _json("ChatAnswer", "The chat as it is now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="StatusChange",
        ),
    },
    "/api/users/{userId}/operator-chat": {
        "get": _operation(
            "Read a chat",
            {200: _json("Conversation", "The chat and its messages, oldest first.", tagged=True), 304: NOTHING_NEW},
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(
                USER,
                _query("limit", POSITIVE, "At most so many, the newest of them; default all."),
                _query("before", POSITIVE, "Only messages with a lower `seq`."),
                _query(
                    "after", COUNT, "Every message added or changed since this revision; not with `limit` or `before`."
                ),
                BOT,
                KNOWN,
            ),
        ),
        "post": _operation(
            "Send an answer",
            {
                201: _json("SentAnswer", "It is stored; `delivery.status` says how far it has come."),
                200: _json("SentAnswer", "It was sent before, and nothing was sent now."),
                409: _problem(409, "A colleague has answered since (`answered_by_colleague`, with `messages`)."),
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
        "patch": _operation(
            "Edit an answer",
            {200: _CHANGED},
            problems=(*BODY, *_CHANGE, 409),
            security=OPERATOR,
            body="Edit",
            parameters=(USER, SEQ, BOT),
            description="In Telegram, too; 409 `not_changeable`, `change_under_way`, or after 48 hours `too_late`.",
        ),
        "delete": _operation(
            "Delete an answer",
            {200: _CHANGED},
            problems=(*_CHANGE, 409, 422),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="In Telegram, too; 409 as for an edit.",
        ),
    },
    "/api/users/{userId}/operator-chat/{seq}/reaction": {
        "put": _operation(
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
        "get": _operation(
            "Read limits",
            {200: _json("Limits", "What an answer may be at most.", tagged=True), 304: NOTHING_NEW},
            problems=(401, 503),
            security=OPERATOR,
            parameters=(KNOWN,),
        )
    },
    "/api/users/{userId}/operator-chat/read": {
        "post": _operation(
            "Mark a chat read",
            {200: _json("ChatAnswer", "The chat as it is now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="ReadMark",
            parameters=(USER, BOT),
            description="Everything up to `seq`.",
        )
    },
    "/api/users/{userId}/operator-chat/presence": {
        "post": _operation(
            "Say who is there",
            {200: _json("Colleagues", "The other operators who are in the chat now.")},
            problems=(*BODY, *_CHANGE),
            security=OPERATOR,
            body="Attendance",
            parameters=(USER, BOT),
            description="True for 12 seconds unless said again. Others learn of it by `event: presence`.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/versions": {
        "get": _operation(
            "Read earlier versions",
            {200: _json("Versions", "What the message was before its edits, oldest first.")},
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="Without its present text; empty for a message that was never edited.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/retry": {
        "post": _operation(
            "Try an answer again",
            {200: _json("MessageAnswer", "The answer as it is now.")},
            problems=(*_CHANGE, 409, 422),
            security=OPERATOR,
            parameters=(USER, SEQ, BOT),
            description="One that is `failed` or `unknown`, else 409 `not_retryable`. In doubt, it may arrive twice.",
        )
    },
    "/api/users/{userId}/operator-chat/{seq}/mark": {
        "post": _operation(
            "Settle an answer",
            {200: _json("MessageAnswer", "The answer as it is now.")},
            problems=(*BODY, *_CHANGE, 409),
            security=OPERATOR,
            body="Verdict",
            parameters=(USER, SEQ, BOT),
            description="A person says whether an `unknown` answer arrived; others are 409 `not_retryable`.",
        )
    },
    "/api/status": {
        "get": _operation(
            "Tell how the bot fares",
            {
                200: _json("Status", "Whether answers leave, and what a keeper should know.", tagged=True),
                304: NOTHING_NEW,
            },
            problems=(401, 422, 503),
            security=OPERATOR,
            parameters=(BOT, KNOWN),
        )
    },
    "/api/media/{userId}/{seq}": {
        "get": _operation(
            "Read a file",
            {
                200: _file("The whole file."),
                206: _file("The part that `Range` asks for."),
                304: NOTHING_NEW,
                416: _problem(416, "The file has no such part."),
            },
            problems=(401, 404, 422, 503),
            security=OPERATOR,
            parameters=(
                USER,
                SEQ,
                BOT,
                _query("thumbnail", {"enum": ["0", "1"], "default": "0"}, "`1`: a small picture of it."),
                _query("version", POSITIVE, "The file of an earlier version, by its number."),
                KNOWN,
            ),
            description="Fetched from Telegram and kept for a while. Pictures, videos and sounds are `inline`, "
            "the rest is an `attachment`. 404 says by its code why there is none: `media_not_found`, "
            "`media_too_large` over 20 MB, `media_gone`.",
        )
    },
    "/api/events": {
        "get": _operation(
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
    "/api/openapi.json": {
        "get": _operation(
            "Describe the API",
            {200: {"description": "This.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        )
    },
    "/metrics": {
        "get": _operation(
            "Tell a monitor",
            {200: {"description": "Numbers for Prometheus.", "content": {"text/plain": {"schema": STRING}}}},
            problems=(401, 503),
            security=[{"metricsToken": []}, *OPERATOR],
            description="With `OPCHAT_METRICS_TOKEN` or as an operator.",
        )
    },
    "/healthz": {
        "get": _operation(
            "Say that the process lives",
            {200: {"description": "It does.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        )
    },
    "/readyz": {
        "get": _operation(
            "Say that all is there",
            {
                200: _json("Readiness", "It is; `warnings` tell what is no matter of this process."),
                503: _problem(503, "`missing` names what is not: the database, or its schema."),
            },
        )
    },
}
