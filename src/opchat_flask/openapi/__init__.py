"""The OpenAPI 3.1 description of the HTTP API, checked against the running app by the tests."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response

from opchat_flask.headers import guard
from opchat_flask.mount import current_mount
from opchat_flask.openapi.links import LINKED_PATHS
from opchat_flask.openapi.schemas import SCHEMAS
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import json_response

description = Blueprint("opchat_openapi", __name__)
guard(description)
answer_with_problems(description)

INTRODUCTION = """\
Operators' chats with Telegram users.

Bodies are JSON objects in UTF-8, at most 256 KiB. Unknown keys and parameters are ignored; a key that comes twice,
`NaN`, `Infinity` and numbers beyond a double make a body invalid (400). Times are ISO 8601 in UTC. Every error is an
RFC 9457 problem with a stable `code`; those of status 422 name each broken field. A user id in a path that can be no
user's id is 404 like any unknown one. Status 503 and 429 carry `Retry-After`.

A wrong bearer token is 401; where none is needed, it is as good as none. Requests that change something and are
authenticated by the dashboard's cookie must come from the dashboard (`Sec-Fetch-Site: same-origin`, or an `Origin` that
is this server's, or `X-CSRF-Token`), else they are 403 with the code `csrf_failed`.
"""


def document(base: str) -> dict[str, Any]:
    """Write the description.

    Args:
        base: Under which path the server has opchat mounted; empty or ``/like/this``.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "opchat", "version": version("opchat"), "description": INTRODUCTION},
        "servers": [{"url": base or "/"}],
        "paths": LINKED_PATHS,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "operatorToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An operator's API token: `opchat operator token NAME` prints one.",
                },
                "ingestToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`OPCHAT_INGEST_TOKEN`, by which the bot proves itself.",
                },
                "metricsToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`OPCHAT_METRICS_TOKEN`, which opens `/metrics` and nothing else.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "opchat_session",
                    "description": "The dashboard's session, from `/login`.",
                },
            },
        },
    }


@description.get("/api/openapi.json")
def get_description() -> Response:
    """Describe the API."""
    return json_response(document(current_mount().url("")))
