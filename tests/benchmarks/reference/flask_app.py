"""The reference's three statements in a plain Flask app: what the language costs, apart from the design."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

_STATEMENTS: dict[str, str] = json.loads((Path(__file__).parent / "statements.json").read_text())


def _query(name: str) -> bytes:
    """A statement with psycopg's placeholders for PostgreSQL's."""
    text = _STATEMENTS[name]
    for number in range(1, 7):
        text = text.replace(f"${number}", f"%({number})s")
    return text.encode()


def application() -> Flask:
    """Make the app; ``DATABASE_URL`` in the environment names the database."""
    pool = ConnectionPool[Any](
        os.environ["DATABASE_URL"],
        min_size=16,
        max_size=16,
        kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        open=True,
    )
    app = Flask(__name__)

    @app.post("/api/chat-message")
    def receive() -> Response:
        message = request.get_json()
        user = {"1": message["userId"], "2": message.get("firstName"), "3": None, "4": message.get("username")}
        row = {
            "1": message["userId"],
            "2": message["messageText"],
            "3": "text",
            "4": "in",
            "5": "operator",
            "6": message.get("telegramMessageId"),
        }
        with pool.connection() as connection:
            connection.execute(_query("user"), user)
            stored = connection.execute(_query("message"), row).fetchone()
            connection.execute(_query("status"), {"1": message["userId"]})
        body = json.dumps({"success": True, "message": stored}, default=str)
        return Response(body, 201, mimetype="application/json")

    return app
