"""The JSON shapes of the API as JSON Schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from opchat_core.model import (
    MAX_PARTS,
    MAX_TEXT,
    SENDABLE,
    ChangeAction,
    ChangeStatus,
    ChatStatus,
    DeliveryStatus,
    Direction,
    MessageType,
    Presence,
    bounds_to_json,
)
from opchat_core.model.bounds import MAX_BUTTON_TEXT, REACTIONS
from opchat_core.model.formatting import MAX_QUOTE
from opchat_core.model.health import BotMode, StallReason, WarningCode
from opchat_core.model.rules import MAX_ID

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
POSITIVE: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
TIME: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
BOT_TYPE: Schema = {"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"}
TELEGRAM_ID: Schema = {
    "description": "A Telegram user id, 1 to 2^52, as a number or in decimal digits.",
    "oneOf": [POSITIVE, {"type": "string", "pattern": "^[1-9][0-9]{0,14}$"}],
}


def ref(name: str) -> Schema:
    """Point to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def words(kind: type[StrEnum]) -> Schema:
    """Describe one word out of a closed list."""
    return {"type": "string", "enum": [word.value for word in kind]}


def nullable(schema: Schema) -> Schema:
    """Allow null beside a schema."""
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def text(most: int, *, least: int = 0) -> Schema:
    """Describe a string by its length in UTF-16 units."""
    return {"type": "string", "minLength": least, "maxLength": most}


def record(
    properties: dict[str, Schema], *, required: tuple[str, ...] | None = None, optional: tuple[str, ...] = ()
) -> Schema:
    """Describe an object; all keys are required unless told otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in (properties if required is None else required) if key not in optional],
    }


def success(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """Describe the answer to a change."""
    return record(
        {"success": {"const": True}, **properties},
        required=("success", *(key for key in properties if key not in optional)),
    )


MEDIA = {
    "fileId": text(256, least=1),
    "fileUniqueId": text(256, least=1),
    "fileName": text(255),
    "mimeType": text(255),
    "fileSize": COUNT,
    "width": COUNT,
    "height": COUNT,
    "duration": COUNT,
    "thumbnailFileId": text(256, least=1),
}

SCHEMAS: dict[str, Schema] = {
    "Problem": record(
        {
            "type": STRING,
            "title": STRING,
            "status": {"type": "integer"},
            "detail": STRING,
            "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
            "errors": array(record({"field": STRING, "message": STRING})),
            "messages": array(ref("Message")),
            "missing": array({"enum": ["database", "schema"]}),
        },
        required=("type", "title", "status", "detail", "code"),
    ),
    "User": record(
        {
            "userId": POSITIVE,
            "firstName": nullable(STRING),
            "lastName": nullable(STRING),
            "username": nullable(STRING),
            "languageCode": nullable(STRING),
        }
    ),
    "Media": record(MEDIA, required=()),
    "Delivery": record(
        {
            "status": words(DeliveryStatus),
            "error": nullable(record({"code": STRING, "message": STRING})),
            "attempts": COUNT,
            "nextAttemptAt": nullable(TIME),
        }
    ),
    "Button": record({"text": text(MAX_BUTTON_TEXT, least=1), "url": text(2048, least=1)}, required=("text",)),
    "PendingChange": record(
        {
            "action": words(ChangeAction),
            "messageText": nullable(STRING),
            "entities": array(OBJECT),
            "emoji": nullable(STRING),
            "operator": nullable(STRING),
            "requestedAt": TIME,
            "status": words(ChangeStatus),
            "error": nullable(record({"code": STRING, "message": STRING})),
        }
    ),
    "Reactions": record({"user": array(OBJECT), "operator": array(OBJECT)}),
    "Message": record(
        {
            "userId": POSITIVE,
            "botType": BOT_TYPE,
            "seq": POSITIVE,
            "direction": words(Direction),
            "verified": BOOLEAN,
            "messageType": words(MessageType),
            "messageText": STRING,
            "entities": array(OBJECT),
            "media": nullable(ref("Media")),
            "payload": nullable(OBJECT),
            "telegramMessageId": nullable(POSITIVE),
            "replyTo": nullable(POSITIVE),
            "mediaGroupId": nullable(STRING),
            "createdAt": TIME,
            "editedAt": nullable(TIME),
            "deletedAt": nullable(TIME),
            "operator": nullable(STRING),
            "clientMessageId": nullable(STRING),
            "revision": COUNT,
            "delivery": nullable(ref("Delivery")),
            "buttons": array(array(ref("Button"))),
            "editableUntil": TIME,
            "pendingChange": ref("PendingChange"),
            "context": OBJECT,
            "reactions": ref("Reactions"),
        },
        optional=("buttons", "editableUntil", "pendingChange", "context", "reactions"),
    ),
    "Chat": record(
        {
            "userId": POSITIVE,
            "botType": BOT_TYPE,
            "user": ref("User"),
            "status": words(ChatStatus),
            "unreadCount": COUNT,
            "lastMessage": nullable(ref("Message")),
            "revision": COUNT,
            "lastMessageAt": TIME,
            "blockedByUser": BOOLEAN,
        }
    ),
    "IncomingMessage": record(
        {
            "userId": TELEGRAM_ID,
            "messageText": {
                **text(MAX_TEXT),
                "description": "Counted in UTF-16 units; required and not blank for kind `text`, else the caption.",
            },
            "messageType": {**words(MessageType), "default": "text"},
            "botType": {**BOT_TYPE, "default": "operator"},
            "direction": {
                **words(Direction),
                "default": "in",
                "description": "`out` records an answer that was sent elsewhere: verified callers only.",
            },
            "telegramMessageId": {
                **POSITIVE,
                "description": "Identifies the message, together with `botType`, `userId` and `direction`.",
            },
            "updateId": {
                **POSITIVE,
                "description": "Telegram's number of the update: identifies what a user wrote without a "
                "`telegramMessageId`. Ignored when unverified.",
            },
            "firstName": text(256),
            "lastName": text(256),
            "username": text(256),
            "languageCode": text(35),
            "createdAt": {
                "description": "With an offset, or Unix seconds; at most five minutes ahead. Ignored when unverified.",
                "oneOf": [TIME, {"type": "number", "minimum": 0, "maximum": 253402300799}],
            },
            "media": ref("Media"),
            "replyToTelegramMessageId": POSITIVE,
            "mediaGroupId": text(256, least=1),
            "entities": array(OBJECT),
            "payload": {
                **OBJECT,
                "description": "For kinds without a file, and what is told of a file besides; at most 32 levels deep.",
            },
            "context": {
                **OBJECT,
                "description": "What Telegram tells around the message, under Telegram's names: `forward_origin`, "
                "`quote`, `external_reply`; `reply_to_message` is kept only where that message is not stored.",
            },
            "edited": {
                **BOOLEAN,
                "default": False,
                "description": "A new version of the message with that `telegramMessageId`: verified callers only.",
            },
        },
        required=("userId",),
    ),
    "Answer": record(
        {
            "messageText": {
                **text(MAX_TEXT * MAX_PARTS, least=1),
                "description": f"Goes out as typed, in parts of {MAX_TEXT} UTF-16 units.",
            },
            "clientMessageId": {
                **text(256, least=1),
                "description": "The sender's own key: the same key again sends nothing.",
            },
            "replyTo": {**POSITIVE, "description": "The `seq` of the message that it answers."},
            "lastSeenSeq": {**COUNT, "description": "Refuse if a colleague has answered since."},
            "entities": {**array(OBJECT), "description": "Telegram's MessageEntity objects over `messageText`."},
            "quote": record(
                {"text": text(MAX_QUOTE, least=1), "position": {**COUNT, "description": "In UTF-16 units."}},
                required=("text",),
            ),
            "buttons": {
                **array(array(ref("Button"))),
                "description": "Under the last message. One without a `url` sends its text back when it is pressed.",
            },
        },
        required=("messageText",),
    ),
    "AnswerForm": record(
        {
            "file": array({"type": "string", "format": "binary"}),
            "messageText": text(MAX_TEXT * MAX_PARTS),
            "as": {"enum": sorted(SENDABLE)},
            "clientMessageId": text(256, least=1),
            "replyTo": POSITIVE,
            "lastSeenSeq": COUNT,
            "entities": {**STRING, "description": "JSON, as in `Answer`."},
            "quote": {**STRING, "description": "JSON, as in `Answer`."},
            "buttons": {**STRING, "description": "JSON, as in `Answer`."},
        },
        required=("file",),
    ),
    "Edit": record({"messageText": text(MAX_TEXT), "entities": array(OBJECT)}, required=("messageText",)),
    "OwnReaction": record({"emoji": nullable({"type": "string", "enum": list(REACTIONS)})}),
    "Limits": record(
        {
            "limits": record(
                {name: array(STRING) if name == "reactions" else COUNT for name in bounds_to_json()},
            )
        }
    ),
    "IncomingReaction": record(
        {
            "userId": TELEGRAM_ID,
            "botType": {**BOT_TYPE, "default": "operator"},
            "telegramMessageId": POSITIVE,
            "reactions": {**array(OBJECT), "description": "Telegram's ReactionType objects; empty for none any more."},
            "reactedAt": {
                "description": "Of two, the older one does nothing. With an offset, or Unix seconds; default now.",
                "oneOf": [TIME, {"type": "number", "minimum": 0, "maximum": 253402300799}],
            },
        },
        required=("userId", "telegramMessageId", "reactions"),
    ),
    "StatusChange": record(
        {"userId": TELEGRAM_ID, "status": words(ChatStatus), "botType": {**BOT_TYPE, "default": "operator"}},
        required=("userId", "status"),
    ),
    "Membership": record(
        {"userId": TELEGRAM_ID, "botType": {**BOT_TYPE, "default": "operator"}, "blockedByUser": BOOLEAN},
        required=("userId", "blockedByUser"),
    ),
    "BotReport": record(
        {
            "botType": {**BOT_TYPE, "default": "operator"},
            "mode": words(BotMode),
            "pendingUpdates": nullable(COUNT),
            "oldestUnsavedAt": nullable(TIME),
            "conflict": {**BOOLEAN, "default": False},
        },
        required=("mode",),
    ),
    "Done": success({}),
    "Warning": record({"code": words(WarningCode), "detail": STRING}),
    "Readiness": record({"status": {"const": "ready"}, "warnings": array(ref("Warning"))}),
    "Status": record({"sending": record({"stalled": nullable(words(StallReason))}), "warnings": array(ref("Warning"))}),
    "ReadMark": record({"seq": COUNT}),
    "Verdict": record({"arrived": BOOLEAN}),
    "MessageAnswer": success({"message": ref("Message"), "duplicate": {"const": True}}, optional=("duplicate",)),
    "SentAnswer": success(
        {"message": ref("Message"), "messages": array(ref("Message")), "duplicate": {"const": True}},
        optional=("duplicate",),
    ),
    "ChatAnswer": success({"chat": ref("Chat")}),
    "ChatList": record(
        {
            "chats": array(ref("Chat")),
            "nextCursor": nullable(STRING),
            "counts": record({"open": COUNT, "closed": COUNT}),
        }
    ),
    "Attendance": record({"state": {"enum": ["viewing", "typing", "away"]}}),
    "Colleagues": success({"colleagues": array(record({"operator": STRING, "state": words(Presence)}))}),
    "Version": record(
        {
            "version": POSITIVE,
            "messageType": words(MessageType),
            "messageText": STRING,
            "entities": array(OBJECT),
            "media": nullable(ref("Media")),
            "payload": nullable(OBJECT),
            "writtenAt": TIME,
        }
    ),
    "Versions": record({"versions": array(ref("Version"))}),
    "Conversation": record(
        {
            "user": ref("User"),
            "chat": ref("Chat"),
            "messages": array(ref("Message")),
            "nextBefore": nullable(POSITIVE),
            "revision": COUNT,
        }
    ),
}
