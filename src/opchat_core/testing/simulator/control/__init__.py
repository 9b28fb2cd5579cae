"""The control API under `/simulator/`: the methods of `Simulator` over HTTP, JSON with camelCase keys.

=========================================== ====================================================================
`GET users`, `POST users`                   lists users; creates or changes one:
                                            `{"id"?, "firstName"?, "lastName"?, "username"?, "languageCode"?}`
`GET users/<id>/messages`                   the chat as the phone shows it, with `ticks` and reactions
`POST users/<id>/messages`                  sends what the `kind` says:
                                            `text` (`text`, `entities`?);
                                            a kind of file (`data` in base64, or `fileId`; `fileName`, `mimeType`,
                                            `caption`, `captionEntities`, `measures`, `extra`);
                                            `album` (`items`, each like a file);
                                            `location` (`latitude`, `longitude`, `livePeriod`?);
                                            `venue` (`latitude`, `longitude`, `title`, `address`);
                                            `contact` (`phoneNumber`, `firstName`);
                                            `sample` (`name`, one of `GET samples`);
                                            `raw` (`content`, any fields of a `Message`).
                                            Each may have `replyTo` with `quote`, `externalReply`, `forwardOrigin`,
                                            `mediaGroupId`, `messageId`, `date`
`PATCH users/<id>/messages/<messageId>`     edits `text` or `caption`, with `entities`?; moves a live location to
                                            `latitude`, `longitude`, and ends it with `stop`
`DELETE users/<id>/messages/<messageId>`    deletes for both sides
`PUT .../<messageId>/reactions`             `{"emoji": []}`
`POST .../<messageId>/press`                `{"button"}`: its text or its `callback_data`
`POST users/<id>/block`, `.../unblock`      `{}`
`POST files?kind=&fileName=&mimeType=`      keeps the body, `application/octet-stream`, for a message to come:
                                            `{"fileId"}`
`GET files/<fileId>`                        a file, or a `Range` of it
`GET samples`, `GET samples/<name>`         the names of the samples; one that is a file
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
=========================================== ====================================================================

What concerns a chat goes to the first bot unless the query says `?bot=<id>`. Errors are `{"error": "..."}`: 400 for
what makes no sense, 404 for an unknown user, message, bot or path, 405, 415 for a body that is not declared as JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from opchat_core.testing.simulator.reply import Reply, error_reply
from opchat_core.testing.simulator.values import UnknownUserError

from . import page, people, script
from .request import Request, read_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.testing.simulator.body import Body
    from opchat_core.testing.simulator.simulator import Simulator

_JSON, _BYTES = "application/json", "application/octet-stream"
_ROUTES: list[tuple[str, re.Pattern[str], Callable[[Request], Reply]]] = [
    (method, re.compile(pattern), respond)
    for method, pattern, respond in (*people.ROUTES, *script.ROUTES, *page.ROUTES)
]


def control(
    sim: Simulator, method: str, path: str, query: str, *, content_type: str, body: Body, wanted: str = ""
) -> Reply:
    """Answer one request of the control API.

    Args:
        sim: Whose it is.
        method: Of HTTP.
        path: What follows `/simulator/`.
        query: What follows the `?`.
        content_type: Of the body.
        body: The body, still to be read.
        wanted: The `Range` header, if there was one.
    """
    found = [(route, pattern.fullmatch(path), respond) for route, pattern, respond in _ROUTES]
    matching = {route: (match, respond) for route, match, respond in found if match}
    if method not in matching:
        return error_reply(405, "not with this method") if matching else error_reply(404, "no such path")
    match, respond = matching[method]
    # A page of another site can send a form or plain text here unasked, but neither JSON nor bytes.
    expected = _BYTES if respond is page.upload else _JSON
    if method in {"POST", "PUT", "PATCH"} and content_type.partition(";")[0].strip() != expected:
        return error_reply(415, f"send {expected}")
    try:
        values = {} if expected is _BYTES else read_object(body)
        return respond(Request(sim, list(match.groups()), dict(parse_qsl(query)), values, body, wanted))
    except UnknownUserError as error:
        return error_reply(404, str(error))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return error_reply(400, f"{type(error).__name__}: {error}")
