"""The control API under `/simulator/`: the methods of `Simulator` over HTTP, JSON with camelCase keys.

=========================================== ====================================================================
`GET users`, `POST users`                   lists users; creates or changes one:
                                            `{"id"?, "firstName"?, "lastName"?, "username"?, "languageCode"?}`
`GET users/<id>/messages`                   the chat as the phone shows it, with `ticks`
`POST users/<id>/messages`                  sends `{"kind": "text", "text"}`, a file kind with `data` in base64 and
                                            `fileName`, `mimeType`, `caption`, or `{"kind": "raw", "content": {}}`
`PATCH users/<id>/messages/<messageId>`     edits: `{"text"}`
`POST users/<id>/block`, `.../unblock`      `{}`
`POST updates`                              queues the body as an update, verbatim
`POST next-update-id`                       `{"updateId"}`
`GET faults`, `POST faults`                 scripted faults: the arguments of `Fault`, for instance
                                            `{"method": "sendMessage", "kind": "cut_after", "times": 2}`
`DELETE faults`                             clears them
`GET ledger?method=`, `DELETE ledger`       what arrived
`GET sent?chatId=`                          the messages the bots have sent
`GET bots`, `POST bots`                     `{"token", "username"?, "firstName"?}`
`POST reset`                                `{}`; everything anew
`GET phone?user=&bot=&after=&wait=`         what the page shows; waits `wait` seconds for a version other than `after`
`GET files/<fileId>`                        a file, for the page
=========================================== ====================================================================

What concerns a chat goes to the first bot unless the query says `?bot=<id>`. Errors are `{"error": "..."}`: 400 for
what makes no sense, 404 for an unknown user, message, bot or path, 405, 415 for a body that is not declared as JSON.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import frozen

from .kinds import FILE_KINDS
from .reply import Reply, error_reply, file_reply, json_reply
from .values import Json, UnknownUserError
from .views import bot_json, fault_json, ledger_json, message_json, phone_json, user_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from .simulator import Simulator

LONGEST_WAIT = 25.0
# Shown in the page as they are; everything else is offered as a download, so that no upload runs as a document here.
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


@frozen
class _Request:
    sim: Simulator
    ids: list[str]
    query: dict[str, str]
    body: Json
    wanted: str

    @property
    def user_id(self) -> int:
        return int(self.ids[0])

    @property
    def bot(self) -> int | None:
        return self.number("bot")

    def number(self, name: str) -> int | None:
        return int(self.query[name]) if self.query.get(name) else None

    def text(self) -> str:
        """Return the text of a message from the body."""
        text = self.body.get("text")
        if not isinstance(text, str):
            raise TypeError("text is a string")
        return text

    def arguments(self, **names: str) -> Json:
        """Return the keys of the body that are there, as keyword arguments."""
        return {python: self.body[key] for python, key in names.items() if self.body.get(key) is not None}


def control(
    sim: Simulator, method: str, path: str, query: str, *, content_type: str, body: bytes, wanted: str = ""
) -> Reply:
    """Answer one request of the control API.

    Args:
        sim: Whose it is.
        method: Of HTTP.
        path: What follows `/simulator/`.
        query: What follows the `?`.
        content_type: Of the body.
        body: All of it.
        wanted: The `Range` header, if there was one.
    """
    allowed = False
    for route_method, pattern, respond in _ROUTES:
        found = pattern.fullmatch(path)
        if not found:
            continue
        allowed = True
        if route_method != method:
            continue
        # A page of another site can send a form or plain text here unasked, but not JSON.
        if method in {"POST", "PATCH"} and content_type.partition(";")[0].strip() != "application/json":
            return error_reply(415, "send application/json")
        try:
            values = json.loads(body) if body else {}
            if not isinstance(values, dict):
                return error_reply(400, "send a JSON object")
            return respond(_Request(sim, list(found.groups()), dict(parse_qsl(query)), values, wanted))
        except UnknownUserError as error:
            return error_reply(404, str(error))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            return error_reply(400, f"{type(error).__name__}: {error}")
    return error_reply(405, "not with this method") if allowed else error_reply(404, "no such path")


def _list_users(request: _Request) -> Reply:
    return json_reply(200, [user_json(user) for user in request.sim.users()])


def _put_user(request: _Request) -> Reply:
    names = request.arguments(
        id="id",
        first_name="firstName",
        last_name="lastName",
        username="username",
        language_code="languageCode",
    )
    return json_reply(201, user_json(request.sim.user(**names)))


def _list_messages(request: _Request) -> Reply:
    shown = request.sim.messages(request.user_id, bot=request.bot)
    return json_reply(200, [message_json(message) for message in shown])


def _send(request: _Request) -> Reply:
    sim, body, user_id = request.sim, request.body, request.user_id
    kind = body.get("kind", "text")
    options = {
        "bot": request.bot,
        **request.arguments(message_id="messageId", date="date", reply_to="replyTo"),
    }
    if kind == "text":
        message_id = sim.send_text(user_id, request.text(), entities=body.get("entities"), **options)
    elif kind in FILE_KINDS:
        named = request.arguments(
            file_name="fileName", mime_type="mimeType", caption="caption", measures="measures", extra="extra"
        )
        data = base64.b64decode(body["data"], validate=True)
        message_id = sim.send_file(user_id, kind, data, **named, **options)
    elif kind == "raw":
        message_id = sim.send(user_id, body["content"], **options)
    else:
        raise ValueError(f"kind is text, raw or one of {', '.join(FILE_KINDS)}")
    return json_reply(201, {"messageId": message_id})


def _edit(request: _Request) -> Reply:
    request.sim.edit_text(request.user_id, int(request.ids[1]), request.text(), bot=request.bot)
    return json_reply(200, {"messageId": int(request.ids[1])})


def _block(request: _Request) -> Reply:
    request.sim.block(request.user_id, bot=request.bot)
    return json_reply(200, {"blocked": True})


def _unblock(request: _Request) -> Reply:
    request.sim.unblock(request.user_id, bot=request.bot)
    return json_reply(200, {"blocked": False})


def _inject(request: _Request) -> Reply:
    return json_reply(201, {"updateId": request.sim.inject(request.body, bot=request.bot)})


def _set_next_update_id(request: _Request) -> Reply:
    request.sim.set_next_update_id(request.body["updateId"], bot=request.bot)
    return json_reply(200, {"updateId": request.body["updateId"]})


def _list_faults(request: _Request) -> Reply:
    return json_reply(200, [fault_json(fault) for fault in request.sim.faults()])


def _add_fault(request: _Request) -> Reply:
    details = request.arguments(
        chat_id="chatId",
        seconds="seconds",
        retry_after="retryAfter",
        status="status",
        description="description",
    )
    # `times` is taken as it is: null means "until cleared".
    times = request.body.get("times", 1)
    fault = request.sim.fail(request.body["method"], request.body["kind"], times=times, **details)
    return json_reply(201, fault_json(fault))


def _clear_faults(request: _Request) -> Reply:
    request.sim.clear_faults()
    return json_reply(200, [])


def _list_ledger(request: _Request) -> Reply:
    return json_reply(200, [ledger_json(entry) for entry in request.sim.ledger(request.query.get("method"))])


def _clear_ledger(request: _Request) -> Reply:
    request.sim.clear_ledger()
    return json_reply(200, [])


def _list_sent(request: _Request) -> Reply:
    sent = request.sim.sent(request.number("chatId"), bot=request.bot)
    return json_reply(200, [message_json(message) for message in sent])


def _list_bots(request: _Request) -> Reply:
    with request.sim.state.changed:
        return json_reply(200, [bot_json(bot) for bot in request.sim.state.bots.values()])


def _add_bot(request: _Request) -> Reply:
    names = request.arguments(token="token", username="username", first_name="firstName")  # noqa: S106 - a key's name
    return json_reply(201, {"id": request.sim.add_bot(**names)})


def _reset(request: _Request) -> Reply:
    request.sim.reset()
    return json_reply(200, {})


def _phone(request: _Request) -> Reply:
    state = request.sim.state
    after = request.number("after")
    wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    with state.changed:
        state.changed.wait_for(lambda: state.version != after or state.stopping, timeout=wait)
        return json_reply(200, phone_json(state, request.number("user"), request.bot))


def _file(request: _Request) -> Reply:
    with request.sim.state.changed:
        stored = request.sim.state.files.get(request.ids[0])
    if stored is None:
        return error_reply(404, "no such file")
    start = stored.blob.read(0, 4)
    picture = next((kind for begins, kind in _PICTURES.items() if start.startswith(begins)), None)
    headers = {} if picture else {"Content-Disposition": "attachment"}
    return file_reply(stored.blob, request.wanted, picture or "application/octet-stream", headers)


_ROUTES: list[tuple[str, re.Pattern[str], Callable[[_Request], Reply]]] = [
    (method, re.compile(pattern), respond)
    for method, pattern, respond in (
        ("GET", r"users", _list_users),
        ("POST", r"users", _put_user),
        ("GET", r"users/(\d+)/messages", _list_messages),
        ("POST", r"users/(\d+)/messages", _send),
        ("PATCH", r"users/(\d+)/messages/(\d+)", _edit),
        ("POST", r"users/(\d+)/block", _block),
        ("POST", r"users/(\d+)/unblock", _unblock),
        ("POST", r"updates", _inject),
        ("POST", r"next-update-id", _set_next_update_id),
        ("GET", r"faults", _list_faults),
        ("POST", r"faults", _add_fault),
        ("DELETE", r"faults", _clear_faults),
        ("GET", r"ledger", _list_ledger),
        ("DELETE", r"ledger", _clear_ledger),
        ("GET", r"sent", _list_sent),
        ("GET", r"bots", _list_bots),
        ("POST", r"bots", _add_bot),
        ("POST", r"reset", _reset),
        ("GET", r"phone", _phone),
        ("GET", r"files/([\w-]+)", _file),
    )
]
