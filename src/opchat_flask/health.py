"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from opchat_core.errors import SchemaOutdated, Unavailable
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat, current_mount
from opchat_flask.problems import answer_with_problems, problem
from opchat_flask.respond import json_response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opchat_core.model.health import HealthWarning

health = Blueprint("opchat_health", __name__)
guard(health)
answer_with_problems(health)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the process lives, whatever else is the matter."""
    return json_response({"status": "ok"})


@health.get("/readyz")
def readyz() -> Response:
    """Say that the database and its schema are there, or which of them is missing; and what else a keeper should know.

    A warning is no reason to take this process out of service: it would be a warning in each of them.
    """
    try:
        current_chat().check()
        warnings = current_chat().bot_health().warnings()
    except Unavailable as error:
        kept = current_mount().kept_warnings()
        missing = "schema" if isinstance(error, SchemaOutdated) else "database"
        return problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            error.code,
            str(error),
            headers={"Retry-After": "2"},
            missing=[missing],
            warnings=_told(kept),
        )
    return json_response({"status": "ready", "warnings": _told(warnings)})


def _told(warnings: Iterable[HealthWarning]) -> list[dict[str, str]]:
    return [{"code": warning.code.value, "detail": warning.detail} for warning in warnings]
