"""The JSON shapes of the API as JSON Schema."""

from __future__ import annotations

from opchat_core.model import (
    ChangeAction,
    ChangeStatus,
    ChatStatus,
    DeliveryStatus,
    Direction,
    MessageType,
    Presence,
    bounds_to_json,
)
from opchat_core.model.bounds import MAX_BUTTON_TEXT
from opchat_core.model.health import StallReason, WarningCode
from opchat_flask.openapi.bodies import BODIES
from opchat_flask.openapi.shapes import (
    BOOLEAN,
    BOT_TYPE,
    COUNT,
    OBJECT,
    POSITIVE,
    STRING,
    TIME,
    Schema,
    array,
    nullable,
    record,
    ref,
    success,
    text,
    words,
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
    "Limits": record(
        {
            "limits": record(
                {name: array(STRING) if name == "reactions" else COUNT for name in bounds_to_json()},
            )
        }
    ),
    "Done": success({}),
    "Warning": record({"code": words(WarningCode), "detail": STRING}),
    "Readiness": record({"status": {"const": "ready"}, "warnings": array(ref("Warning"))}),
    "Status": record({"sending": record({"stalled": nullable(words(StallReason))}), "warnings": array(ref("Warning"))}),
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
    **BODIES,
}
