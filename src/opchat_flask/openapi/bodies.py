"""What bodies of requests hold, as JSON Schema."""

from __future__ import annotations

from opchat_core.model import MAX_PARTS, MAX_TEXT, SENDABLE, ChatStatus, Direction, MessageType
from opchat_core.model.bounds import REACTIONS
from opchat_core.model.formatting import MAX_QUOTE
from opchat_core.model.health import BotMode
from opchat_flask.openapi.shapes import (
    BOOLEAN,
    BOT_TYPE,
    COUNT,
    OBJECT,
    POSITIVE,
    STRING,
    TELEGRAM_ID,
    TIME,
    Schema,
    array,
    nullable,
    record,
    ref,
    text,
    words,
)

BODIES: dict[str, Schema] = {
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
    "ReadMark": record({"seq": COUNT}),
    "Verdict": record({"arrived": BOOLEAN}),
    "Attendance": record({"state": {"enum": ["viewing", "typing", "away"]}}),
}
