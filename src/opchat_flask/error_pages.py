"""Errors of the pages, for people: in their language, and with nothing that could be away with the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from opchat_core.errors import OpchatError
from opchat_flask.headers import keep_private, secure
from opchat_flask.i18n import catalog, language_of
from opchat_flask.mount import current_mount
from opchat_flask.problems import broken, headers_of, problem_of, status_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def answer_with_pages(blueprint: Blueprint) -> None:
    """Make every error of a blueprint's views a page."""
    blueprint.register_error_handler(Exception, page_of)


def answer_unrouted_with_pages(app: Flask) -> None:
    """Make errors that belong to no view (404, 405) pages, or problems under ``/api/``, in an app of opchat's own."""
    app.register_error_handler(HTTPException, _unrouted)


def page_of(error: Exception) -> ResponseReturnValue:
    """Write any error as a page."""
    match error:
        case OpchatError():
            return _page(status_of(type(error)), str(error), headers_of(error))
        case HTTPException():
            if error.code is None or error.code < 400 or error.response is not None:
                return error
            kept = {name: value for name, value in error.get_headers() if name == "Allow"}
            return _page(error.code, error.name, kept)
    failure = broken(error, request.method, str(request.url_rule))
    return _page(failure.code, failure.description or failure.name, {})


def _unrouted(error: HTTPException) -> ResponseReturnValue:
    answer = problem_of(error) if current_mount().is_api(request.path) else page_of(error)
    return keep_private(secure(answer)) if isinstance(answer, Response) else answer


def _page(status: int, detail: str, headers: dict[str, str]) -> Response:
    known = f"error.title.{status}" in catalog(language_of(request))
    page = render_template("opchat/error.html", status=status, kind=status if known else "other", detail=detail)
    response = make_response(page, status)
    response.headers.update(headers)
    return response
