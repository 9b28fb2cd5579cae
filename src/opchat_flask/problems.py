"""Errors as RFC 9457 problems: the one place where an error becomes a status.

For people the same is a page: :mod:`~opchat_flask.error_pages`.
What an answer says is the error's code and its one sentence for people; a trace goes to the log and nowhere else.
"""

from __future__ import annotations

import logging
import math
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, make_response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from opchat_core import errors
from opchat_core.model import message_to_json
from opchat_core.model.checked import camel
from opchat_flask.headers import keep_private, secure
from opchat_flask.mount import current_mount
from opchat_flask.respond import json_response

_log = logging.getLogger(__name__)

STATUS: dict[type[errors.OpchatError], HTTPStatus] = {
    errors.ConfigError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.FileTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TelegramNotConfigured: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each branch of the error tree."""

_HTTP_CODES = {413: "body_too_large", 500: "internal_error"}


class CsrfFailed(errors.Forbidden):
    """A request that a browser sent with its cookie does not show that one of our own pages made it."""

    code = "csrf_failed"


def status_of(kind: type[errors.OpchatError]) -> HTTPStatus:
    """Look up the status of a class of errors: its own, or that of the nearest class above it.

    Raises:
        LookupError: If no class above it but the root is mapped.
    """
    for base in kind.__mro__:
        if base in STATUS:
            return STATUS[base]
    raise LookupError(f"{kind.__name__} has no status")


def answer_with_problems(blueprint: Blueprint) -> None:
    """Make every error of a blueprint's views a problem."""
    blueprint.register_error_handler(Exception, problem_of)


def answer_unrouted_with_problems(app: Flask) -> None:
    """Make errors under ``/api/`` that belong to no view (404, 405) problems; others stay what they were.

    A host that handles every ``HTTPException`` itself is left alone.
    """
    handlers = app.error_handler_spec[None][None]
    if HTTPException not in handlers:
        app.register_error_handler(HTTPException, _unrouted)


def _unrouted(error: HTTPException) -> HTTPException | Response:
    return keep_private(secure(problem_of(error))) if current_mount().is_api(request.path) else error


def problem_of(error: Exception) -> Response:
    """Write any error as a problem."""
    match error:
        case errors.OpchatError():
            return _opchat_problem(error)
        case HTTPException():
            return _http_problem(error)
    return _http_problem(broken(error, request.method, str(request.url_rule)))


def broken(error: Exception, method: str, route: str) -> InternalServerError:
    """Make of an error that nobody foresaw what the caller may know of it; the log gets all of it."""
    _log.error("request.broken", exc_info=error, extra={"method": method, "route": route})
    return InternalServerError("Something went wrong here; the log of the server says what.")


def headers_of(error: errors.OpchatError) -> dict[str, str]:
    """Tell what an answer with this error carries in its headers."""
    match error:
        case errors.Unavailable() | errors.TooManyRequests():
            return retry_after(error)
        case errors.Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def retry_after(error: errors.Unavailable | errors.TooManyRequests) -> dict[str, str]:
    """Tell programs when to come again, in whole seconds."""
    return {"Retry-After": str(max(1, math.ceil(error.retry_after.total_seconds())))}


def _opchat_problem(error: errors.OpchatError) -> Response:
    more: dict[str, Any] = {}
    match error:
        case errors.InvalidInput():
            more["errors"] = [{"field": camel(e.field), "message": e.message} for e in error.errors]
        case errors.AnsweredByColleague():
            more["messages"] = [message_to_json(message) for message in error.messages]
    return problem(status_of(type(error)), error.code, str(error), headers=headers_of(error), **more)


def _http_problem(error: HTTPException) -> Response:
    if error.code is None or error.code < 400 or error.response is not None:
        return make_response(error.get_response())
    headers = {name: value for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}}
    code = _HTTP_CODES.get(error.code) or re.sub(r"\W+", "_", error.name.lower())
    return problem(HTTPStatus(error.code), code, error.description or error.name, headers=headers)


def problem(
    status: HTTPStatus, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """Write a problem.

    Args:
        status: The status.
        code: A stable snake_case word for programs.
        detail: One sentence for people.
        headers: Further headers.
        **more: Further keys.
    """
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "code": code}
    response = json_response({**body, **more}, status)
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    return response
