"""From a Telegram update to a call of opchat's API. Pure, and never fails: what makes no sense is kept raw."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from attrs import field, frozen

from opchat_bot.content import clipped, content_of, context_of, quoted_message
from opchat_bot.raw import find_user_id, is_private, keepable, object_of, update_id, user_id_of
from opchat_core.errors import InvalidInput
from opchat_core.model import BUTTON_PREFIX, MAX_TEXT, OPERATOR, IncomingMessage, MessageType, Reaction, utf16_length
from opchat_core.model.rules import MAX_ID

MESSAGE_PATH = "/api/chat-message"
MEMBER_PATH = "/api/chat-member"
REACTION_PATH = "/api/chat-reaction"

OWN_KINDS = ("message", "edited_message", "my_chat_member", "message_reaction", "callback_query")
"""The kinds of updates that the operator chat is made of."""

_MAX_BODY = 192 * 1024  # bytes; the API takes 256 KiB

Json = Mapping[str, Any]


def allowed_updates(also: Iterable[str] = ()) -> list[str]:
    """Name the kinds of updates to ask Telegram for: opchat's own, and those of the program around it."""
    return list(dict.fromkeys((*OWN_KINDS, *also)))


@frozen
class ApiCall:
    """One thing to tell the API.

    Attributes:
        path: The endpoint.
        body: What to post.
        instead: Makes what to post as a message when the API will never take ``body``; None when nothing would be lost.
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


@frozen
class _Source:
    """Where a call comes from: the update, what is in it, and whose it is."""

    update: object
    content: Json
    user_id: int
    bot_type: str

    @property
    def number(self) -> int | None:
        """The number of the update, where it can identify what came with it."""
        number = update_id(self.update)
        return number if number is not None and 1 <= number <= MAX_ID else None

    def bare(self) -> dict[str, Any]:
        """Return nothing but the raw update and whose it is: what the API takes whatever is wrong with the rest."""
        kept = {"botType": self.bot_type, "messageType": str(MessageType.UNSUPPORTED), "payload": keepable(self.update)}
        return _told({"userId": self.user_id, **kept, "updateId": self.number})


def read_update(update: object, *, bot_type: str = OPERATOR, foreign_kinds: frozenset[str] = frozenset()) -> Reading:
    """Say what an update means to the operator chat.

    It does not matter whether python-telegram-bot can read it, which insists on all fields of the newest Bot API: what
    is sound by the API's own rules has its name, and all else is kept as ``unsupported`` with its raw JSON.

    Args:
        update: The decoded JSON, of whatever shape.
        bot_type: The bot that got it.
        foreign_kinds: Kinds of updates that the program around this bot asked for and looks after by itself; opchat's
            own buttons stay its own.
    """
    kinds = [kind for kind in object_of(update) if kind != "update_id"]
    user_id = find_user_id(update)
    contents = [object_of(update)[kind] for kind in kinds]
    if (
        kinds
        and foreign_kinds.issuperset(kinds)
        and not any(is_own_button(object_of(content).get("data")) for content in contents)
    ):
        return Reading(user_id)
    if not all(is_private(content) for content in contents):
        return Reading(user_id)
    if user_id is None:
        return Reading(None, lost=True)
    if len(kinds) == 1 and kinds[0] in _READERS:
        source = _Source(update, object_of(contents[0]), user_id, bot_type)
        if call := _READERS[kinds[0]](source):
            return Reading(user_id, call)
    # Only these number their messages as this chat does: a business message has the number of another chat.
    message = object_of(object_of(update).get("message") or object_of(update).get("edited_message"))
    source = _Source(update, message, user_id, bot_type)
    return Reading(user_id, ApiCall(MESSAGE_PATH, _raw_body(source, edited="edited_message" in kinds), source.bare))


def is_own_button(data: object) -> bool:
    """Whether this is the ``data`` of a button that opchat has sent."""
    return isinstance(data, str) and data.startswith(BUTTON_PREFIX)


def _message_call(source: _Source, *, edited: bool = False) -> ApiCall | None:
    message = source.content
    if user_id_of(message.get("chat")) != source.user_id:
        return None
    content = content_of(message)
    what = {**content, "context": context_of(message)} if content else source.bare()
    return _call(source, _told({**_common(source, edited=edited), **what, "edited": edited or None}), edited=edited)


def _button_call(source: _Source) -> ApiCall | None:
    """Tell what the user pressed, by the words on the button: what is behind it is the sender's business."""
    query = source.content
    message = object_of(query.get("message"))
    if user_id_of(message.get("chat")) != source.user_id:
        return None
    data = query.get("data", query.get("game_short_name"))
    quoted = quoted_message(message)
    body = {
        **_around(source, object_of(query.get("from"))),
        "messageType": str(MessageType.BUTTON),
        "messageText": clipped(_label(message, query) or data, MAX_TEXT),
        "payload": {"data": data},
        "replyToTelegramMessageId": message.get("message_id") or None,
        "context": {"reply_to_message": quoted} if quoted else None,
    }
    return _call(source, _told(body), edited=False)


def _label(message: Json, query: Json) -> object:
    """Find the words on the button that was pressed."""
    rows = object_of(message.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if "data" in query and object_of(button).get("callback_data") == query["data"]:
                return object_of(button).get("text")
    return None


def _reaction_call(source: _Source) -> ApiCall | None:
    """Tell with what the user reacts to a message now; to one that is not stored, it is a message of its own."""
    change = source.content
    if user_id_of(change.get("chat")) != source.user_id or user_id_of(change.get("user")) != source.user_id:
        return None
    body = {
        "userId": source.user_id,
        "botType": source.bot_type,
        "telegramMessageId": change.get("message_id"),
        "reactions": change.get("new_reaction"),
        "reactedAt": change.get("date"),
    }
    if not _acceptable(Reaction, _told(body)):
        return None
    # The end of a reaction to a message that is not here is nothing to anybody.
    return ApiCall(REACTION_PATH, _told(body), source.bare if change.get("new_reaction") else None)


def _member_call(source: _Source) -> ApiCall | None:
    """Tell of a block or unblock: in a private chat the bot is ``kicked`` by it, or a ``member`` again."""
    status = object_of(source.content.get("new_chat_member")).get("status")
    user_id = user_id_of(source.content.get("chat"))
    if user_id is None or not isinstance(status, str):
        return None
    body = {"userId": user_id, "botType": source.bot_type, "blockedByUser": status == "kicked"}
    return ApiCall(MEMBER_PATH, body)


_READERS: Mapping[str, Callable[[_Source], ApiCall | None]] = {
    "message": _message_call,
    "edited_message": partial(_message_call, edited=True),
    "my_chat_member": _member_call,
    "message_reaction": _reaction_call,
    "callback_query": _button_call,
}


def _call(source: _Source, body: dict[str, Any], *, edited: bool) -> ApiCall:
    """Make the call that stores a message, or its raw update where the API would not take it."""
    raw = partial(_raw_body, source, edited=edited)
    if not _acceptable(IncomingMessage, body) or not _fitting(body):
        return ApiCall(MESSAGE_PATH, raw(), source.bare)
    # The time is left out then: it may be just what was refused, for our clock is not the API's.
    return ApiCall(MESSAGE_PATH, body, lambda: {key: value for key, value in raw().items() if key != "createdAt"})


def _common(source: _Source, *, edited: bool) -> dict[str, Any]:
    """Return what every message has, of whatever kind."""
    message = source.content
    reply = object_of(message.get("reply_to_message"))
    return {
        **_around(source, object_of(message.get("from")) or object_of(message.get("chat"))),
        # Telegram gives 0 to some scheduled messages: it identifies nothing, and the number of the update has to.
        "telegramMessageId": message.get("message_id") or None,
        "createdAt": message.get("edit_date", message.get("date")) if edited else message.get("date"),
        "replyToTelegramMessageId": reply.get("message_id") or None,
        "mediaGroupId": message.get("media_group_id"),
    }


def _around(source: _Source, sender: Json) -> dict[str, Any]:
    """Return whose it is and what they are called; an empty name clears what they were called before."""
    names = {
        "firstName": clipped(sender.get("first_name"), 256),
        "lastName": clipped(sender.get("last_name", ""), 256),
        "username": clipped(sender.get("username", ""), 256),
    }
    return {
        "userId": source.user_id,
        "botType": source.bot_type,
        "updateId": source.number,
        **(names if "first_name" in sender else {}),
        "languageCode": sender.get("language_code"),
    }


def _raw_body(source: _Source, *, edited: bool) -> dict[str, Any]:
    """Return the message as ``unsupported`` with its raw update, and with as much around it as makes sense.

    An edit that cannot be read becomes a message of its own: as a new version it would cover one that can be read.
    """
    around = _common(source, edited=edited)
    around["messageText"] = source.content.get("text", source.content.get("caption"))
    if edited:
        del around["telegramMessageId"]
    least = {"userId": source.user_id, "messageType": str(MessageType.UNSUPPORTED)}
    sound = {key: v for key, v in _told(around).items() if _acceptable(IncomingMessage, {**least, key: v})}
    return {**sound, **source.bare()}


def _fitting(body: Json) -> bool:
    """Whether each entity lies inside of the text; one that does not would break whoever shows it."""
    end = utf16_length(body.get("messageText", ""))
    return all(
        isinstance(entity.get("type"), str)
        and all(type(entity.get(key)) is int and entity[key] >= 0 for key in ("offset", "length"))
        and entity["offset"] + entity["length"] <= end
        for entity in body.get("entities", ())
    )


def _told(body: Json) -> dict[str, Any]:
    return {key: value for key, value in body.items() if value is not None}


def _acceptable(shape: type[IncomingMessage | Reaction], body: Json) -> bool:
    """Whether the API would take it, by the rules that it goes by itself."""
    try:
        shape.from_json(body)
        return len(json.dumps(body, ensure_ascii=False, allow_nan=False).encode()) <= _MAX_BODY
    except InvalidInput:
        return False
