"""The dashboard's pages: one shell, which the scripts fill through the HTTP API.

Both addresses answer with the same HTML. It holds no data of any chat, so there is one way to get at data and one place
that guards it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_from_directory, url_for
from jinja2.utils import htmlsafe_json_dumps

from opchat_flask.auth import current_operator, login_required
from opchat_flask.error_pages import answer_with_pages
from opchat_flask.headers import guard
from opchat_flask.i18n import CHAT, COOKIE, DIRECTORY, LANGUAGES, LIST, language_of, part, translate
from opchat_flask.mount import current_mount
from opchat_flask.origin import is_https, local_path
from opchat_flask.respond import json_response

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_STATIC = Path(__file__).with_name("static")
_YEAR = 365 * 24 * 3600

pages = Blueprint("opchat_pages", __name__, template_folder="templates")
guard(pages)
answer_with_pages(pages)


@pages.get("/")
def home() -> ResponseReturnValue:
    """Lead to the dashboard."""
    return redirect(url_for(".chats"))


@pages.get("/dashboard/operator-chats", endpoint="chats")
@pages.get("/dashboard/users/<int:user_id>/operator-chat", endpoint="chat")
@login_required
def dashboard(user_id: int | None = None) -> ResponseReturnValue:
    """Answer with the shell of the list and of every chat."""
    language = language_of(request)
    mount = current_mount()
    config = {
        "base": mount.url(""),
        "login": mount.login_url(),
        "operator": current_operator().name,
        "language": language,
        "strings": part(language, LIST),
        "chatStrings": url_for(".strings", version=_version(), language=language),
    }
    return render_template(
        "opchat/dashboard.html",
        # Not tojson: the host decides how that writes letters, and six bytes for each Cyrillic one is a lot.
        config=htmlsafe_json_dumps(config, dumps=json.dumps, ensure_ascii=False),
        operator=current_operator().name,
        can_log_out=mount.authenticate is None,
        scripts=_scripts(chat=user_id is not None),
    )


@pages.get("/dashboard/language/<language>")
def switch_language(language: str) -> ResponseReturnValue:
    """Remember the language that the visitor chose, for a year, and go back to where they were."""
    if language not in LANGUAGES:
        abort(404)
    response = redirect(local_path(request.args.get("next")) or url_for(".chats"), 303)
    path = current_mount().url("/")
    response.set_cookie(
        COOKIE, language, max_age=_YEAR, path=path, secure=is_https(request), httponly=True, samesite="Lax"
    )
    return response


@pages.get("/dashboard/assets/<version>/<path:name>")
def asset(version: str, name: str) -> Response:
    """Send a style sheet, script or picture, compressed; at the current version's address it may be kept for good."""
    return _kept(send_from_directory(_STATIC, name), version)


@pages.get("/dashboard/strings/<version>/<language>")
def strings(version: str, language: str) -> Response:
    """Send what the scripts of an open chat say, in one language."""
    if language not in LANGUAGES:
        abort(404)
    return _kept(json_response(part(language, CHAT)), version)


def _kept(response: Response, version: str) -> Response:
    if version == _version():
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response.vary.add("Accept-Encoding")
    if response.status_code == HTTPStatus.OK and request.accept_encodings.quality("gzip"):
        response.direct_passthrough = False  # it is a file until it is read
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.content_encoding = "gzip"
        response.set_etag(response.get_etag()[0] or "", weak=True)
    return response


@pages.app_context_processor
def page_helpers() -> dict[str, Any]:
    """Give the templates what every page needs, under one name that leaves an embedding app's own alone."""
    language = language_of(request)

    def t(key: str, **values: object) -> str:
        return translate(language, key, **values)

    def asset_url(name: str) -> str:
        return url_for("opchat_pages.asset", version=_version(), name=name)

    return {"opchat": {"t": t, "asset": asset_url, "language": language, "languages": LANGUAGES}}


@cache
def _version() -> str:
    """Name the state of all static files, so that an upgrade reaches every browser at once."""
    digest = hashlib.sha256()
    for path in sorted([*_STATIC.rglob("*.*"), *DIRECTORY.glob("*.json")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _scripts(*, chat: bool) -> tuple[str, ...]:
    """Name the modules that a page needs first, for browsers to fetch at once instead of one import after the other.

    The list is painted without those of the chat.
    """
    patterns = ("js/*.js", "js/chat/*.js") if chat else ("js/*.js",)
    found = [path for pattern in patterns for path in sorted(_STATIC.glob(pattern)) if path.name != "shapes.js"]
    return tuple(path.relative_to(_STATIC).as_posix() for path in found)
