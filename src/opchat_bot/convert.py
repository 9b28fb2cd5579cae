"""From a Telegram update to a call of opchat's API. Pure, and never fails: what makes no sense is kept raw."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from attrs import field, frozen

from opchat_bot.raw import find_user_id, is_private, keepable, object_of, update_id, user_id_of
from opchat_core.errors import InvalidInput
from opchat_core.model import OPERATOR, IncomingMessage, MessageType
from opchat_core.model.rules import MAX_ID

MESSAGE_PATH = "/api/chat-message"
MEMBER_PATH = "/api/chat-member"

OWN_KINDS = ("message", "edited_message", "my_chat_member")
"""The kinds of updates that the operator chat is made of."""

# In this order: an animation also carries `document`, and a venue `location`, for the sake of old clients.
_FILES = ("animation", "video", "document", "voice", "audio", "video_note", "sticker")
_OBJECTS = ("venue", "location", "contact", "poll", "dice")

_MAX_BODY = 192 * 1024  # bytes; the API takes 256 KiB

Json = Mapping[str, Any]


@frozen
class ApiCall:
    """One thing to tell the API.

    Attributes:
        path: The endpoint.
        body: What to post.
        instead: Makes what to post when the API will never take ``body``; None when nothing would be lost.
    """

    path: str
    body: Json = field(repr=False)
    instead: Callable[[], Json] | None = field(default=None, repr=False)


@frozen
class Reading:
    """What an update means to the operator chat.

    Attributes:
        user_id: Whose order it must keep; None when nobody can be found in it.
        call: What to tell the API; None when there is nothing to store.
        lost: There is something to store, and nobody to store it for.
    """

    user_id: int | None
    call: ApiCall | None = None
    lost: bool = False


def read_update(
    update: object, *, readable: bool = True, bot_type: str = OPERATOR, foreign_kinds: frozenset[str] = frozenset()
) -> Reading:
    """Say what an update means to the operator chat.

    Args:
        update: The decoded JSON, of whatever shape.
        readable: Whether python-telegram-bot could read it; if not, it is kept as ``unsupported`` with its raw JSON.
        bot_type: The bot that got it.
        foreign_kinds: Kinds of updates that the program around this bot asked for and looks after by itself.
    """
    kinds = [kind for kind in object_of(update) if kind != "update_id"]
    user_id = find_user_id(update)
    if kinds and foreign_kinds.issuperset(kinds):
        return Reading(user_id)
    contents = [object_of(update)[kind] for kind in kinds]
    if not all(is_private(content) for content in contents):
        return Reading(user_id)
    if user_id is None:
        return Reading(None, lost=True)
    if readable and len(kinds) == 1:
        kind, content = kinds[0], object_of(contents[0])
        if kind == "my_chat_member" and (call := _member_call(content, bot_type)):
            return Reading(user_id, call)
        if kind in {"message", "edited_message"} and user_id_of(content.get("chat")) == user_id:
            edited = kind == "edited_message"
            return Reading(user_id, _message_call(update, content, user_id, bot_type=bot_type, edited=edited))
    # Only these number their messages as this chat does: a business message has the number of another chat.
    message = object_of(object_of(update).get("message") or object_of(update).get("edited_message"))
    body = _raw_body(update, message, user_id, bot_type=bot_type, edited="edited_message" in kinds)
    return Reading(user_id, ApiCall(MESSAGE_PATH, body, partial(_bare_body, update, user_id, bot_type)))


def _member_call(change: Json, bot_type: str) -> ApiCall | None:
    """Tell of a block or unblock: in a private chat the bot is ``kicked`` by it, or a ``member`` again."""
    status = object_of(change.get("new_chat_member")).get("status")
    user_id = user_id_of(change.get("chat"))
    if user_id is None or not isinstance(status, str):
        return None
    return ApiCall(MEMBER_PATH, {"userId": user_id, "botType": bot_type, "blockedByUser": status == "kicked"})


def _message_call(update: object, message: Json, user_id: int, *, bot_type: str, edited: bool) -> ApiCall:
    content = _content(message)
    body = {
        **_common(update, message, user_id, bot_type, edited=edited),
        **(content or _kept(update, bot_type)),
        **({"edited": True} if edited else {}),
    }
    body = {key: value for key, value in body.items() if value is not None}
    raw = partial(_raw_body, update, message, user_id, bot_type=bot_type, edited=edited)
    if not _acceptable(body):
        return ApiCall(MESSAGE_PATH, raw(), partial(_bare_body, update, user_id, bot_type))
    # The time is left out then: it may be just what was refused, for our clock is not the API's.
    return ApiCall(MESSAGE_PATH, body, lambda: {key: value for key, value in raw().items() if key != "createdAt"})


def _common(update: object, message: Json, user_id: int, bot_type: str, *, edited: bool) -> dict[str, Any]:
    """Return what every message has, of whatever kind."""
    sender = object_of(message.get("from")) or object_of(message.get("chat"))
    reply = object_of(message.get("reply_to_message"))
    return {
        "userId": user_id,
        "botType": bot_type,
        # Telegram gives 0 to some scheduled messages: it identifies nothing, and the number of the update has to.
        "telegramMessageId": message.get("message_id") or None,
        "updateId": _update_number(update),
        **(_names(sender) if "first_name" in sender else {}),
        "languageCode": sender.get("language_code"),
        "createdAt": message.get("edit_date", message.get("date")) if edited else message.get("date"),
        "replyToTelegramMessageId": reply.get("message_id") or None,
        "mediaGroupId": message.get("media_group_id"),
    }


def _names(sender: Json) -> dict[str, Any]:
    """Return the names; an empty one clears what the user was called before."""
    return {
        "firstName": _clipped(sender["first_name"], 256),
        "lastName": _clipped(sender.get("last_name", ""), 256),
        "username": _clipped(sender.get("username", ""), 256),
    }


def _content(message: Json) -> dict[str, Any] | None:
    """Return type, text, file and payload of a message; None when it is of no kind that has a name."""
    caption = {"messageText": message.get("caption"), "entities": message.get("caption_entities")}
    if "text" in message:
        return {"messageType": "text", "messageText": message["text"], "entities": message.get("entities")}
    for kind in _FILES:
        if kind in message:
            file = object_of(message[kind])
            extra = {"payload": {"emoji": file["emoji"]}} if kind == "sticker" and "emoji" in file else {}
            return {"messageType": kind, "media": _media(file), **caption, **extra}
    if "photo" in message:
        return {"messageType": "photo", "media": _media(_largest(message["photo"])), **caption}
    for kind in _OBJECTS:
        if kind in message:
            return {"messageType": kind, "payload": message[kind]}
    return None


def _media(file: Json) -> dict[str, Any]:
    values = {
        "fileId": file.get("file_id"),
        "fileUniqueId": file.get("file_unique_id"),
        "fileName": _clipped(file.get("file_name"), 255),
        "mimeType": _clipped(file.get("mime_type"), 255),
        "fileSize": file.get("file_size"),
        "width": file.get("width", file.get("length")),  # the side of a video note, which is a square, is its `length`
        "height": file.get("height", file.get("length")),
        "duration": file.get("duration"),
        "thumbnailFileId": object_of(file.get("thumbnail")).get("file_id"),
    }
    return {key: value for key, value in values.items() if value is not None}


def _largest(sizes: object) -> Json:
    """Return the photo's largest size; its smallest becomes the thumbnail."""
    known = [size for size in sizes if _area(size)] if isinstance(sizes, list) else []
    if not known:
        return {}
    return {**max(known, key=_area), **({"thumbnail": min(known, key=_area)} if len(known) > 1 else {})}


def _area(size: object) -> int:
    width, height = object_of(size).get("width"), object_of(size).get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _clipped(value: Any, most: int) -> Any:
    """Cut a string to what the API takes, in UTF-16 units: a file with a very long name is still that file."""
    if not isinstance(value, str):
        return value
    units = value.encode("utf-16-le", "surrogatepass")
    return value if len(units) <= 2 * most else units[: 2 * most].decode("utf-16-le", "ignore")


def _kept(update: object, bot_type: str) -> dict[str, Any]:
    return {"botType": bot_type, "messageType": str(MessageType.UNSUPPORTED), "payload": keepable(update)}


def _raw_body(update: object, message: Json, user_id: int, *, bot_type: str, edited: bool) -> dict[str, Any]:
    """Return the message as ``unsupported`` with its raw update, and with as much around it as makes sense.

    An edit that cannot be read becomes a message of its own: as a new version it would cover one that can be read.
    """
    around = _common(update, message, user_id, bot_type, edited=edited)
    around["messageText"] = message.get("text", message.get("caption"))
    if edited:
        del around["telegramMessageId"]
    least = {"userId": user_id, "messageType": str(MessageType.UNSUPPORTED)}
    sound = {key: value for key, value in around.items() if value is not None and _acceptable({**least, key: value})}
    return {**sound, **_bare_body(update, user_id, bot_type)}


def _bare_body(update: object, user_id: int, bot_type: str) -> dict[str, Any]:
    """Return nothing but the raw update and whose it is: what the API takes whatever is wrong with the rest."""
    number = _update_number(update)
    return {"userId": user_id, **_kept(update, bot_type), **({} if number is None else {"updateId": number})}


def _update_number(update: object) -> int | None:
    """Return the number of an update where it can identify what came with it."""
    number = update_id(update)
    return number if number is not None and 1 <= number <= MAX_ID else None


def _acceptable(body: Json) -> bool:
    """Whether the API would take it, by the rules that it goes by itself."""
    try:
        IncomingMessage.from_json(body)
        return len(json.dumps(body, ensure_ascii=False, allow_nan=False).encode()) <= _MAX_BODY
    except InvalidInput:
        return False
