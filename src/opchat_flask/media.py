"""Files of messages, streamed to operators: whole or in parts, and none of them with any power in the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import attrs
from flask import Blueprint, Response, request
from werkzeug.wsgi import FileWrapper

from opchat_core.errors import MediaNotFound
from opchat_flask.auth import require_operator
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat
from opchat_flask.parameters import Query, number, optional, path_message
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import WSGIEnvironment

    from opchat_core import Message
    from opchat_core.media import OpenMedia
    from opchat_core.model.version import MessageVersion

media = Blueprint("opchat_media", __name__)
media.before_request(require_operator)
guard(media)
answer_with_problems(media)

DRAWN = frozenset(
    {
        *(f"image/{kind}" for kind in ("avif", "bmp", "gif", "heic", "jpeg", "png", "webp")),
        *(f"video/{kind}" for kind in ("mp4", "ogg", "quicktime", "webm")),
        *(f"audio/{kind}" for kind in ("aac", "flac", "mp4", "mpeg", "ogg", "wav", "webm", "x-m4a", "x-wav")),
    }
)
"""Types that a browser may show in place: pictures and sounds, which do nothing. Everything else is to be saved."""

# Our own pages may load scripts and styles of their own origin: nothing that somebody sent may be one. What browsers
# run as a script: https://mimesniff.spec.whatwg.org/#javascript-mime-type
_PLAIN = frozenset(
    {
        *(f"application/{kind}" for kind in ("ecmascript", "javascript", "x-ecmascript", "x-javascript")),
        *(f"text/{kind}" for kind in ("css", "ecmascript", "javascript", "jscript", "livescript")),
        *(f"text/{kind}" for kind in ("x-ecmascript", "x-javascript")),
        *(f"text/javascript1.{version}" for version in range(6)),
    }
)

_NOTHING = "default-src 'none'; sandbox"
_PICTURE = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
"""What a browser's own page around a single picture or video needs."""

_PIECE = 64 * 1024  # bytes


@media.get("/api/media/<user>/<seq>")
def get_media(user: str, seq: str) -> Response:
    """Stream the file of a message, or a small picture of it."""
    key = path_message(user, seq)
    query = Query()
    thumbnail = query.read("thumbnail", _flag, default=False)
    version = query.read("version", optional(number(1)), None)
    query.check()
    chat = current_chat()
    message = chat.message(key)
    if version is not None:
        message = as_it_was(message, chat.versions(key), version)
    tag = chat.media.tag(message, thumbnail=thumbnail)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = _stream(chat.media.open(message, thumbnail=thumbnail), tag)
    response.set_etag(tag)
    response.headers["Cache-Control"] = PRIVATE
    return response


def as_it_was(message: Message, versions: Iterable[MessageVersion], number: int) -> Message:
    """Put the file of an earlier version in the place of today's.

    Raises:
        MediaNotFound: If there is no such version.
    """
    for version in versions:
        if version.number == number:
            return attrs.evolve(message, media=version.media, message_type=version.message_type)
    raise MediaNotFound("The message has no such version.")


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("must be 0 or 1")
    return text == "1"


def _stream(opened: OpenMedia, tag: str) -> Response:
    response = Response(FileWrapper(opened.file, _PIECE), direct_passthrough=True)
    drawn = opened.content_type in DRAWN
    response.headers["Content-Type"] = "text/plain" if opened.content_type in _PLAIN else opened.content_type
    response.headers["Content-Disposition"] = disposition("inline" if drawn else "attachment", opened.name)
    response.headers["Content-Security-Policy"] = _PICTURE if drawn else _NOTHING
    response.content_length = opened.size
    response.set_etag(tag)
    try:
        response.make_conditional(_with_sound_range(request.environ), accept_ranges=True, complete_length=opened.size)
    except BaseException:
        response.close()
        raise
    return response


def _with_sound_range(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Leave out a range that is none, or more than one: whoever asks so is given the whole (RFC 9110, 14.2)."""
    wanted = request.range
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_RANGE"}


def disposition(kind: str, name: str) -> str:
    """Write ``Content-Disposition`` with the true name (RFC 6266, RFC 8187), and one of ASCII for old programs."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
