"""The JSON shapes of the contract: what the HTTP API, ``--json`` and exports show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from opchat_core.model.chat import Chat
from opchat_core.model.checked import camel
from opchat_core.model.delivery import Delivery, DeliveryError, PendingChange
from opchat_core.model.message import Media, Message, Reactions
from opchat_core.model.user import User


def iso_time(moment: datetime | None) -> str | None:
    """Write a time as ISO 8601 in UTC with ``Z``."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def user_to_json(user: User) -> dict[str, Any]:
    """Write a ``User``."""
    return {
        "userId": user.user_id,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "username": user.username,
        "languageCode": user.language_code,
    }


def media_to_json(media: Media) -> dict[str, Any]:
    """Write the ``media`` of a message; what is not known is left out."""
    return {camel(name): value for name, value in attrs.asdict(media).items() if value is not None}


def delivery_to_json(delivery: Delivery) -> dict[str, Any]:
    """Write the ``delivery`` of an answer."""
    return {
        "status": delivery.status,
        "error": _error_to_json(delivery.error),
        "attempts": delivery.attempts,
        "nextAttemptAt": iso_time(delivery.next_attempt_at),
    }


def change_to_json(change: PendingChange) -> dict[str, Any]:
    """Write the ``pendingChange`` of a message."""
    return {
        "action": change.action,
        "messageText": change.text,
        "entities": list(change.entities),
        "emoji": change.emoji,
        "operator": change.operator,
        "requestedAt": iso_time(change.requested_at),
        "status": change.status,
        "error": _error_to_json(change.error),
    }


def _error_to_json(error: DeliveryError | None) -> dict[str, str] | None:
    return {"code": error.code, "message": error.message} if error else None


def reactions_to_json(reactions: Reactions) -> dict[str, Any]:
    """Write the ``reactions`` to a message."""
    return {"user": list(reactions.user), "operator": list(reactions.operator)}


def message_to_json(message: Message) -> dict[str, Any]:
    """Write a ``Message``; the keys after ``delivery`` only where they say something."""
    change, until = message.pending_change, message.changeable_until
    return {
        "userId": message.user_id,
        "botType": message.bot_type,
        "seq": message.seq,
        "direction": message.direction,
        "verified": message.verified,
        "messageType": message.message_type,
        "messageText": message.text,
        "entities": list(message.entities),
        "media": message.media and media_to_json(message.media),
        "payload": message.payload,
        "telegramMessageId": message.telegram_message_id,
        "replyTo": message.reply_to,
        "mediaGroupId": message.media_group_id,
        "createdAt": iso_time(message.created_at),
        "editedAt": iso_time(message.edited_at),
        "deletedAt": iso_time(message.deleted_at),
        "operator": message.operator,
        "clientMessageId": message.client_message_id,
        "revision": message.revision,
        "delivery": message.delivery and delivery_to_json(message.delivery),
        **({"buttons": list(message.buttons)} if message.buttons else {}),
        **({"editableUntil": iso_time(until)} if until else {}),
        **({"pendingChange": change_to_json(change)} if change else {}),
        **({"context": message.context} if message.context else {}),
        **({"reactions": reactions_to_json(message.reactions)} if message.reactions != Reactions() else {}),
    }


def chat_to_json(chat: Chat) -> dict[str, Any]:
    """Write a ``Chat``."""
    return {
        "userId": chat.user_id,
        "botType": chat.bot_type,
        "user": user_to_json(chat.user),
        "status": chat.status,
        "unreadCount": chat.unread_count,
        "lastMessage": chat.last_message and message_to_json(chat.last_message),
        "revision": chat.revision,
        "lastMessageAt": iso_time(chat.last_message_at),
        "blockedByUser": chat.blocked_by_user,
    }
