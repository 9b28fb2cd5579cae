"""How messages become requests of the Bot API: the method and its parameters, whatever the kind of message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from opchat_core.model import ChangeAction, Message, MessageType, PendingChange
from opchat_core.model.formatting import buttons_to_telegram
from opchat_core.ports import Parcel

_METHODS = {
    MessageType.TEXT: "sendMessage",
    MessageType.PHOTO: "sendPhoto",
    MessageType.VIDEO: "sendVideo",
    MessageType.ANIMATION: "sendAnimation",
    MessageType.AUDIO: "sendAudio",
    MessageType.VOICE: "sendVoice",
    MessageType.DOCUMENT: "sendDocument",
}


@frozen
class Request:
    """A call of the Bot API.

    Attributes:
        method: Its name.
        body: Its parameters.
        uploads: Which of them are files to be uploaded, by name.
    """

    method: str
    body: Mapping[str, Any]
    uploads: Mapping[str, Parcel]


def request_to_send(parcels: Sequence[Parcel]) -> Request:
    """Make the request that sends a message, or several as an album."""
    if len(parcels) > 1:
        return _album(parcels)
    (parcel,) = parcels
    message = parcel.message
    body: dict[str, Any] = {"chat_id": message.user_id, **_reply(parcel)}
    if message.buttons:
        body["reply_markup"] = buttons_to_telegram(message.buttons)
    method = _METHODS[message.message_type]
    if message.message_type is MessageType.TEXT:
        return Request(method, {**body, "text": message.text, **_entities("entities", message)}, {})
    name = message.message_type.value
    body |= _caption(message)
    file_id = known_file_id(parcel)
    if file_id:
        return Request(method, {**body, name: file_id}, {})
    return Request(method, body, {name: parcel})


def known_file_id(parcel: Parcel) -> str | None:
    """Tell what Telegram calls the file of a message already, if it does."""
    if parcel.file and parcel.file.known_file_id:
        return parcel.file.known_file_id
    return parcel.message.media.file_id if parcel.message.media else None


def request_to_change(message: Message, change: PendingChange) -> Request:
    """Make the request that does what an operator wants of a message."""
    body: dict[str, Any] = {"chat_id": message.user_id, "message_id": message.telegram_message_id}
    if change.action is ChangeAction.DELETE:
        return Request("deleteMessage", body, {})
    if change.action is ChangeAction.REACT:
        reaction = [{"type": "emoji", "emoji": change.emoji}] if change.emoji else []
        return Request("setMessageReaction", {**body, "reaction": reaction}, {})
    if message.buttons:  # an edit without them would take them away
        body["reply_markup"] = buttons_to_telegram(message.buttons)
    entities = list(change.entities)
    if message.message_type is MessageType.TEXT:
        return Request("editMessageText", {**body, "text": change.text, "entities": entities}, {})
    return Request("editMessageCaption", {**body, "caption": change.text, "caption_entities": entities}, {})


def _album(parcels: Sequence[Parcel]) -> Request:
    uploads: dict[str, Parcel] = {}
    media = []
    for at, parcel in enumerate(parcels):
        message, place = parcel.message, known_file_id(parcel)
        if not place:
            uploads[f"file{at}"] = parcel
            place = f"attach://file{at}"
        media.append({"type": message.message_type.value, "media": place, **_caption(message)})
    body = {"chat_id": parcels[0].message.user_id, "media": media, **_reply(parcels[0])}
    return Request("sendMediaGroup", body, uploads)


def _caption(message: Message) -> dict[str, Any]:
    return {"caption": message.text, **_entities("caption_entities", message)} if message.text else {}


def _entities(name: str, message: Message) -> dict[str, Any]:
    return {name: list(message.entities)} if message.entities else {}


def _reply(parcel: Parcel) -> dict[str, Any]:
    """Name the message that is answered, and the part of it; should it be gone, the answer still goes out."""
    if not parcel.reply_to_telegram_message_id:
        return {}
    quote = (parcel.message.context or {}).get("quote")
    named = (
        {
            "quote": quote["text"],
            "quote_position": quote["position"],
            "quote_entities": quote.get("entities", []),
        }
        if quote
        else {}
    )
    known = {"message_id": parcel.reply_to_telegram_message_id, "allow_sending_without_reply": True}
    return {"reply_parameters": known | named}
