"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from opchat_core.errors import SchemaOutdated, Unavailable
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat
from opchat_flask.problems import answer_with_problems, problem
from opchat_flask.respond import json_response

health = Blueprint("opchat_health", __name__)
guard(health)
answer_with_problems(health)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the process lives, whatever else is the matter."""
    return json_response({"status": "ok"})


@health.get("/readyz")
def readyz() -> Response:
    """Say that the database and its schema are there, or which of them is missing."""
    try:
        current_chat().check()
    except Unavailable as error:
        missing = "schema" if isinstance(error, SchemaOutdated) else "database"
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE, error.code, str(error), headers={"Retry-After": "2"}, missing=[missing]
        )
    return json_response({"status": "ready"})
