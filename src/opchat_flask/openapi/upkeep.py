"""The endpoints for those who keep opchat running."""

from __future__ import annotations

from opchat_flask.openapi.parts import (
    BOT,
    KNOWN,
    NOTHING_NEW,
    OPERATOR,
    Operation,
    json_answer,
    operation,
    problem,
)
from opchat_flask.openapi.shapes import STRING

UPKEEP: dict[str, dict[str, Operation]] = {
    "/api/status": {
        "get": operation(
            "Tell how the bot fares",
            {
                200: json_answer("Status", "Whether answers leave, and what a keeper should know.", tagged=True),
                304: NOTHING_NEW,
            },
            problems=(401, 422, 503),
            security=OPERATOR,
            parameters=(BOT, KNOWN),
        )
    },
    "/api/openapi.json": {
        "get": operation(
            "Describe the API",
            {200: {"description": "This.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        )
    },
    "/metrics": {
        "get": operation(
            "Tell a monitor",
            {200: {"description": "Numbers for Prometheus.", "content": {"text/plain": {"schema": STRING}}}},
            problems=(401, 503),
            security=[{"metricsToken": []}, *OPERATOR],
            description="With `OPCHAT_METRICS_TOKEN` or as an operator.",
        )
    },
    "/healthz": {
        "get": operation(
            "Say that the process lives",
            {200: {"description": "It does.", "content": {"application/json": {"schema": {"type": "object"}}}}},
        )
    },
    "/readyz": {
        "get": operation(
            "Say that all is there",
            {
                200: json_answer("Readiness", "It is; `warnings` tell what is no matter of this process."),
                503: problem(503, "`missing` names what is not: the database, or its schema."),
            },
        )
    },
}
