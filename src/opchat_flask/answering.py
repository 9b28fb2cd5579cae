"""Answering a user: text and files, changing and taking back what was sent, reacting to what they wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from attrs import frozen
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from opchat_core.errors import FileTooLarge, InvalidInput
from opchat_core.model import Answer, MessageType, bounds_to_json, formatting, message_to_json, rules
from opchat_core.model.bounds import MAX_FILES, MAX_UPLOAD
from opchat_core.model.checked import Checked, checked
from opchat_core.model.text import MAX_TEXT, Entity
from opchat_flask.auth import current_operator, require_operator
from opchat_flask.body import read_json
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat, current_mount
from opchat_flask.parameters import path_message, path_user, query_bot_type
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import conditional_json, json_response
from opchat_flask.uploads import Origin

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

    from opchat_core.model import Message, Upload

answering = Blueprint("opchat_answering", __name__)
answering.before_request(require_operator)
guard(answering)
answer_with_problems(answering)

_CHAT = "/api/users/<user>/operator-chat"
_MAX_FORM = MAX_UPLOAD + 1024 * 1024
"""Bytes of a form: its files, and what goes with them."""

_JSON_FIELDS = ("entities", "quote", "buttons")
_NUMBER_FIELDS = ("replyTo", "lastSeenSeq")
_TEXT_FIELDS = ("messageText", "clientMessageId")
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)


@frozen(kw_only=True)
class Edit(Checked):
    """What a message shall say instead.

    Attributes:
        text: The text or caption.
        entities: Its formatting.
    """

    text: str = checked(rules.string(MAX_TEXT), key="messageText")
    entities: tuple[Entity, ...] = checked(formatting.entities, default=())


@frozen(kw_only=True)
class OwnReaction(Checked):
    """With what to react.

    Attributes:
        emoji: None for nothing any more.
    """

    emoji: str | None = checked(rules.string(64, blank=False), default=None)


@answering.get("/api/limits")
def get_limits() -> Response:
    """Tell what an answer may be at most."""
    return conditional_json({"limits": bounds_to_json()})


@answering.post(_CHAT)
def post_answer(user: str) -> Response:
    """Send an answer."""
    user_id = path_user(user)
    bot_type = query_bot_type()
    answer = _read_form() if request.mimetype == "multipart/form-data" else Answer.from_json(read_json())
    queued = current_chat().send(user_id, answer, operator=current_operator().name, bot_type=bot_type)
    messages = [message_to_json(message) for message in queued.messages]
    body = {"success": True, "message": messages[0], "messages": messages}
    return json_response({**body, "duplicate": True}) if queued.duplicate else json_response(body, 201)


@answering.patch(f"{_CHAT}/<seq>")
def patch_message(user: str, seq: str) -> Response:
    """Give an answer another text."""
    key = path_message(user, seq)
    edit = Edit.from_json(read_json())
    operator = current_operator().name
    return _message(current_chat().edit(key, edit.text, entities=edit.entities, operator=operator))


@answering.delete(f"{_CHAT}/<seq>")
def delete_message(user: str, seq: str) -> Response:
    """Delete an answer."""
    return _message(current_chat().delete(path_message(user, seq), operator=current_operator().name))


@answering.put(f"{_CHAT}/<seq>/reaction")
def put_reaction(user: str, seq: str) -> Response:
    """React to what the user wrote, or take a reaction back."""
    key = path_message(user, seq)
    body = read_json()
    if "emoji" not in body:  # null takes a reaction back; nothing said is a mistake
        raise InvalidInput.of("emoji", "is required")
    emoji = OwnReaction.from_json(body).emoji
    return _message(current_chat().set_reaction(key, emoji, operator=current_operator().name))


def _message(message: Message) -> Response:
    return json_response({"success": True, "message": message_to_json(message)})


def _read_form() -> Answer:
    """Read an answer with files; they go to a temporary file of the system, and from there to the store.

    Raises:
        FileTooLarge: If one of the files, or all together, are.
        InvalidInput: If a field breaks its rule.
        Unavailable: If this process reads too many forms already, or the store is away.
    """
    request.max_content_length = _MAX_FORM
    with current_mount().uploads.reading(Origin.FILES), ExitStack() as opened:
        try:
            form, files = request.form, request.files.getlist("file")
        except RequestEntityTooLarge:
            most = MAX_UPLOAD // 1024**2
            raise FileTooLarge(f"The files of an answer may have at most {most} MB together.") from None
        for file in files:
            opened.callback(file.close)
        fields = _fields(form)
        uploads = _keep(files, _kind(form.get("as", "")))
        try:
            return Answer.from_json(fields, files=uploads)
        except InvalidInput:
            current_chat().discard(uploads)
            raise


def _fields(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields of a form as what they would be in JSON."""
    fields: dict[str, Any] = {name: form[name] for name in _TEXT_FIELDS if form.get(name)}
    for name in _NUMBER_FIELDS:
        if form.get(name):
            fields[name] = int(form[name]) if _NUMBER.fullmatch(form[name]) else form[name]
    for name in _JSON_FIELDS:
        if form.get(name):
            try:
                fields[name] = json.loads(form[name])
            except (ValueError, RecursionError):
                raise InvalidInput.of(name, "must be JSON") from None
    return fields


def _kind(text: str) -> MessageType | None:
    try:
        return rules.word(MessageType)(text) if text else None
    except ValueError as error:
        raise InvalidInput.of("as", str(error)) from None


def _keep(files: list[FileStorage], send_as: MessageType | None) -> tuple[Upload, ...]:
    """Keep the files, all or none of them."""
    if len(files) > MAX_FILES:
        raise InvalidInput.of("file", f"must be at most {MAX_FILES}")
    chat = current_chat()
    kept: list[Upload] = []
    try:
        for file in files:
            one = chat.upload(file.stream, file_name=file.filename, mime_type=file.mimetype, send_as=send_as)
            kept.append(one)
    except BaseException:
        chat.discard(kept)
        raise
    return tuple(kept)
