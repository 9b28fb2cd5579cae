"""What a message of Telegram holds: its kind, its words, its file, and all that Telegram tells around them.

Whatever the API has no key for is kept under Telegram's own name: beside a file in ``payload``, around the message in
``context``. So a field that Telegram adds tomorrow to a kind that is known today is kept, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opchat_bot.raw import object_of

Json = Mapping[str, Any]
Content = dict[str, Any]

THUMBNAIL_SIDE = 320
"""Pixels of the longer side from which on a photo's smaller size is good enough to stand for it in a chat."""

_QUOTED = 1024  # UTF-16 units of a message that is answered and may not be stored

# Told by `media`, or of no use without the file that they are of.
_TOLD_OF_FILE = frozenset(
    {
        *("file_id", "file_unique_id", "file_name", "mime_type", "file_size"),
        *("width", "height", "duration", "length", "thumbnail", "thumb"),
    }
)

# The same as `forward_origin`, for programs from before 2024.
_FORWARDED = (
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_signature",
    "forward_sender_name",
    "forward_date",
)


def content_of(message: Json) -> Content | None:
    """Return type, text, entities, file and payload of a message; None when it is of no kind that has a name."""
    for kind, read in _KINDS.items():
        if kind in message:
            return read(kind, message)
    return None


def context_of(message: Json) -> dict[str, Any] | None:
    """Return what Telegram tells around a message of a known kind, under Telegram's names.

    ``reply_to_message`` is cut down to what a person needs to recognise it: the API keeps it only where the message
    that is answered is not stored.
    """
    told = _TOLD | set(_FORWARDED if "forward_origin" in message else ())
    context = {key: value for key, value in message.items() if key not in told and _says_something(value)}
    if quoted := quoted_message(message.get("reply_to_message")):
        context["reply_to_message"] = quoted
    return context or None


def quoted_message(message: object) -> dict[str, Any] | None:
    """Cut a message that is answered down to who wrote it, when, and what it began with."""
    found = object_of(message)
    author = object_of(found.get("from"))
    content = content_of(found)
    quoted = {
        "message_id": found.get("message_id"),
        "date": found.get("date"),
        "from": {key: author[key] for key in ("id", "is_bot", "first_name", "last_name") if key in author},
        "kind": content and content["messageType"],
        "text": clipped(found.get("text", found.get("caption")), _QUOTED),
    }
    return {key: value for key, value in quoted.items() if _says_something(value)} if found else None


def clipped(value: Any, most: int) -> Any:
    """Cut a string to what the API takes, in UTF-16 units: a file with a very long name is still that file."""
    if not isinstance(value, str):
        return value
    units = value.encode("utf-16-le", "surrogatepass")
    return value if len(units) <= 2 * most else units[: 2 * most].decode("utf-16-le", "ignore")


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value not in ({}, [])


def _text(_kind: str, message: Json) -> Content:
    return {"messageType": "text", "messageText": message["text"], "entities": message.get("entities")}


def _file(kind: str, message: Json) -> Content:
    file = object_of(message[kind])
    besides = {key: value for key, value in file.items() if key not in _TOLD_OF_FILE and _says_something(value)}
    return {"messageType": kind, "media": media_of(file), "payload": besides or None, **_caption(message)}


def _photo(_kind: str, message: Json) -> Content:
    return {"messageType": "photo", "media": media_of(photo_file(message["photo"])), **_caption(message)}


def _caption(message: Json) -> Content:
    return {"messageText": message.get("caption"), "entities": message.get("caption_entities")}


def _object(kind: str, message: Json) -> Content:
    return {"messageType": kind, "payload": message[kind]}


def _game(_kind: str, message: Json) -> Content:
    game = object_of(message["game"])
    words = {"messageText": game.get("text"), "entities": game.get("text_entities")}
    picture = photo_file(game.get("photo"))
    return {"messageType": "game", "payload": game, "media": media_of(picture) if picture else None, **words}


def _invoice(_kind: str, message: Json) -> Content:
    return {"messageType": "invoice", "payload": message["invoice"], **_caption(message)}


def _payment(kind: str, message: Json) -> Content:
    payment = object_of(message[kind])
    return {"messageType": "payment", "payload": {**payment, "refunded": kind == "refunded_payment"}}


# In this order: an animation also carries `document`, and a venue `location`, for the sake of old clients.
_KINDS: Mapping[str, Callable[[str, Json], Content]] = {
    "text": _text,
    "animation": _file,
    "video": _file,
    "document": _file,
    "voice": _file,
    "audio": _file,
    "video_note": _file,
    "sticker": _file,
    "photo": _photo,
    "venue": _object,
    "location": _object,
    "contact": _object,
    "poll": _object,
    "dice": _object,
    "story": _object,
    "game": _game,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _payment,
}

# What the API has keys for.
_TOLD = {
    *_KINDS,
    *("message_id", "from", "chat", "date", "edit_date", "entities", "caption", "caption_entities"),
    *("reply_to_message", "media_group_id"),
}


def media_of(file: Json) -> dict[str, Any]:
    """Return the ``media`` of a file object of Telegram."""
    values = {
        "fileId": file.get("file_id"),
        "fileUniqueId": file.get("file_unique_id"),
        "fileName": clipped(file.get("file_name"), 255),
        "mimeType": clipped(file.get("mime_type"), 255),
        "fileSize": file.get("file_size"),
        "width": file.get("width", file.get("length")),  # the side of a video note, which is a square, is its `length`
        "height": file.get("height", file.get("length")),
        "duration": file.get("duration"),
        "thumbnailFileId": object_of(file.get("thumbnail")).get("file_id"),
    }
    return {key: value for key, value in values.items() if value is not None}


def photo_file(sizes: object) -> Json:
    """Return the photo's largest size as a file; its thumbnail is the smallest that is good enough for a chat."""
    known = sorted((size for size in sizes if _area(size)), key=_area) if isinstance(sizes, list) else []
    if not known:
        return {}
    *smaller, largest = known
    good = [size for size in smaller if max(size["width"], size["height"]) >= THUMBNAIL_SIDE] or smaller[-1:]
    return {**largest, **({"thumbnail": good[0]} if good else {})}


def _area(size: object) -> int:
    width, height = object_of(size).get("width"), object_of(size).get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0
