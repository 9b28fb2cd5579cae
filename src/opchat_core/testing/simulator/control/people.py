"""Users and their messages: what `UserSide` does, over HTTP."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from opchat_core.testing.simulator.kinds import FILE_KINDS
from opchat_core.testing.simulator.reply import Reply, json_reply
from opchat_core.testing.simulator.views import message_json, user_json

from .request import arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.testing.simulator.values import Json

    from .request import Request

_OPTIONS = (
    "message_id",
    "date",
    "reply_to",
    "quote",
    "external_reply",
    "forward_origin",
    "media_group_id",
)
_FILE_ARGUMENTS = ("file_id", "file_name", "mime_type", "caption", "caption_entities", "measures", "extra")


def list_users(request: Request) -> Reply:
    """Answer `GET users`."""
    return json_reply(200, [user_json(user) for user in request.sim.users()])


def put_user(request: Request) -> Reply:
    """Answer `POST users`."""
    names = request.arguments("id", "first_name", "last_name", "username", "language_code")
    return json_reply(201, user_json(request.sim.user(**names)))


def list_messages(request: Request) -> Reply:
    """Answer `GET users/<id>/messages`."""
    shown = request.sim.messages(request.user_id, bot=request.bot)
    return json_reply(200, [message_json(message) for message in shown])


def send(request: Request) -> Reply:
    """Answer `POST users/<id>/messages`."""
    kind = request.body.get("kind", "text")
    options: Json = {"bot": request.bot, **request.arguments(*_OPTIONS)}
    if kind == "album":
        items = [_file(item) for item in request.body["items"]]
        return json_reply(201, {"messageIds": request.sim.send_album(request.user_id, items, **options)})
    if kind in FILE_KINDS:
        message_id = request.sim.send_file(request.user_id, **_file(request.body), **options)
    elif kind in _SENDERS:
        message_id = _SENDERS[kind](request, options)
    else:
        raise ValueError(f"kind is album or one of {', '.join((*_SENDERS, *FILE_KINDS))}")
    return json_reply(201, {"messageId": message_id})


def edit(request: Request) -> Reply:
    """Answer `PATCH users/<id>/messages/<messageId>`."""
    sim, user_id, message_id, bot = request.sim, request.user_id, request.message_id, request.bot
    if "latitude" in request.body:
        place = request.arguments("latitude", "longitude", "stop")
        sim.move_location(user_id, message_id, **place, bot=bot)
    elif "caption" in request.body:
        sim.edit_caption(user_id, message_id, request.text("caption"), **request.arguments("entities"), bot=bot)
    else:
        sim.edit_text(user_id, message_id, request.text(), **request.arguments("entities"), bot=bot)
    return json_reply(200, {"messageId": message_id})


def delete(request: Request) -> Reply:
    """Answer `DELETE users/<id>/messages/<messageId>`."""
    request.sim.delete(request.user_id, request.message_id, bot=request.bot)
    return json_reply(200, {})


def react(request: Request) -> Reply:
    """Answer `PUT users/<id>/messages/<messageId>/reactions`."""
    emoji = request.body["emoji"]
    request.sim.react(request.user_id, request.message_id, *emoji, bot=request.bot)
    return json_reply(200, {"emoji": emoji})


def press(request: Request) -> Reply:
    """Answer `POST users/<id>/messages/<messageId>/press`."""
    query_id = request.sim.press(request.user_id, request.message_id, request.text("button"), bot=request.bot)
    return json_reply(201, {"callbackQueryId": query_id})


def block(request: Request) -> Reply:
    """Answer `POST users/<id>/block`."""
    request.sim.block(request.user_id, bot=request.bot)
    return json_reply(200, {"blocked": True})


def unblock(request: Request) -> Reply:
    """Answer `POST users/<id>/unblock`."""
    request.sim.unblock(request.user_id, bot=request.bot)
    return json_reply(200, {"blocked": False})


def _file(item: Json) -> Json:
    """Return the arguments of `send_file`; bytes come in base64."""
    if not {"data", "fileId"} & set(item):
        raise ValueError("a file has data or a fileId")
    return {
        "kind": item["kind"],
        "data": base64.b64decode(item.get("data", ""), validate=True),
        **arguments(item, *_FILE_ARGUMENTS),
    }


def _send_text(request: Request, options: Json) -> int:
    return request.sim.send_text(request.user_id, request.text(), **request.arguments("entities"), **options)


def _send_location(request: Request, options: Json) -> int:
    place = request.arguments("latitude", "longitude", "live_period")
    return request.sim.send_location(request.user_id, **place, **options)


def _send_venue(request: Request, options: Json) -> int:
    place = request.arguments("latitude", "longitude", "title", "address")
    return request.sim.send_venue(request.user_id, **place, **options)


def _send_contact(request: Request, options: Json) -> int:
    return request.sim.send_contact(request.user_id, **request.arguments("phone_number", "first_name"), **options)


def _send_sample(request: Request, options: Json) -> int:
    return request.sim.send_sample(request.user_id, **request.arguments("name", "caption"), **options)


def _send_raw(request: Request, options: Json) -> int:
    return request.sim.send(request.user_id, request.body["content"], **options)


_SENDERS: dict[str, Callable[[Request, Json], int]] = {
    "text": _send_text,
    "location": _send_location,
    "venue": _send_venue,
    "contact": _send_contact,
    "sample": _send_sample,
    "raw": _send_raw,
}

ROUTES = (
    ("GET", r"users", list_users),
    ("POST", r"users", put_user),
    ("GET", r"users/(\d+)/messages", list_messages),
    ("POST", r"users/(\d+)/messages", send),
    ("PATCH", r"users/(\d+)/messages/(\d+)", edit),
    ("DELETE", r"users/(\d+)/messages/(\d+)", delete),
    ("PUT", r"users/(\d+)/messages/(\d+)/reactions", react),
    ("POST", r"users/(\d+)/messages/(\d+)/press", press),
    ("POST", r"users/(\d+)/block", block),
    ("POST", r"users/(\d+)/unblock", unblock),
)
