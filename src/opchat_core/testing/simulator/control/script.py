"""What a test arranges and looks at: what `ScriptSide` does, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.reply import Reply, json_reply
from opchat_core.testing.simulator.views import bot_json, fault_json, ledger_json, message_json

if TYPE_CHECKING:
    from .request import Request


def inject(request: Request) -> Reply:
    """Answer `POST updates`."""
    return json_reply(201, {"updateId": request.sim.inject(request.body, bot=request.bot)})


def set_next_update_id(request: Request) -> Reply:
    """Answer `POST next-update-id`."""
    request.sim.set_next_update_id(request.body["updateId"], bot=request.bot)
    return json_reply(200, {"updateId": request.body["updateId"]})


def list_faults(request: Request) -> Reply:
    """Answer `GET faults`."""
    return json_reply(200, [fault_json(fault) for fault in request.sim.faults()])


def add_fault(request: Request) -> Reply:
    """Answer `POST faults`."""
    details = request.arguments("chat_id", "seconds", "retry_after", "status", "description")
    # `times` is taken as it is: null means "until cleared".
    times = request.body.get("times", 1)
    fault = request.sim.fail(request.body["method"], request.body["kind"], times=times, **details)
    return json_reply(201, fault_json(fault))


def clear_faults(request: Request) -> Reply:
    """Answer `DELETE faults`."""
    request.sim.clear_faults()
    return json_reply(200, [])


def list_ledger(request: Request) -> Reply:
    """Answer `GET ledger`."""
    return json_reply(200, [ledger_json(entry) for entry in request.sim.ledger(request.query.get("method"))])


def clear_ledger(request: Request) -> Reply:
    """Answer `DELETE ledger`."""
    request.sim.clear_ledger()
    return json_reply(200, [])


def list_sent(request: Request) -> Reply:
    """Answer `GET sent`."""
    sent = request.sim.sent(request.number("chatId"), bot=request.bot)
    return json_reply(200, [message_json(message) for message in sent])


def list_bots(request: Request) -> Reply:
    """Answer `GET bots`."""
    with request.sim.state.changed:
        return json_reply(200, [bot_json(bot) for bot in request.sim.state.bots.values()])


def add_bot(request: Request) -> Reply:
    """Answer `POST bots`."""
    names = request.arguments("token", "username", "first_name")
    return json_reply(201, {"id": request.sim.add_bot(**names)})


def reset(request: Request) -> Reply:
    """Answer `POST reset`."""
    request.sim.reset()
    return json_reply(200, {})


ROUTES = (
    ("POST", r"updates", inject),
    ("POST", r"next-update-id", set_next_update_id),
    ("GET", r"faults", list_faults),
    ("POST", r"faults", add_fault),
    ("DELETE", r"faults", clear_faults),
    ("GET", r"ledger", list_ledger),
    ("DELETE", r"ledger", clear_ledger),
    ("GET", r"sent", list_sent),
    ("GET", r"bots", list_bots),
    ("POST", r"bots", add_bot),
    ("POST", r"reset", reset),
)
