"""What bots say of themselves, and what operators are told of it."""

from __future__ import annotations

from flask import Blueprint, Response

from opchat_core.errors import Unavailable
from opchat_core.model import OPERATOR, rules
from opchat_core.model.health import BotReport
from opchat_flask.auth import require_operator, require_verified
from opchat_flask.body import read_json
from opchat_flask.headers import guard
from opchat_flask.mount import current_chat, current_mount
from opchat_flask.parameters import Query
from opchat_flask.problems import answer_with_problems
from opchat_flask.respond import conditional_json, json_response

reports = Blueprint("opchat_bot_status", __name__)
status = Blueprint("opchat_status", __name__)
status.before_request(require_operator)

for _blueprint in (reports, status):
    guard(_blueprint)
    answer_with_problems(_blueprint)


@reports.post("/api/bot-status")
def post_status() -> Response:
    """Take what a bot says of itself."""
    require_verified()
    report = BotReport.from_json(read_json())
    try:
        current_chat().report_bot(report)
    except Unavailable:
        # Whoever asks this process for its readiness meanwhile may as well hear how far behind the bot is.
        current_mount().keep_report(report)
        raise
    current_mount().keep_report(None)
    return json_response({"success": True})


@status.get("/api/status")
def get_status() -> Response:
    """Tell whether answers leave, and what a keeper should know of."""
    query = Query()
    bot_type = query.read("botType", rules.bot_type, OPERATOR)
    query.check()
    health = current_chat().bot_health(bot_type=bot_type)
    return conditional_json(
        {
            "sending": {"stalled": health.stall and health.stall.value},
            "warnings": [{"code": one.code.value, "detail": one.detail} for one in health.warnings()],
        }
    )
