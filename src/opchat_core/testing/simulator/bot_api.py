"""One call of the Bot API from authorization to reply: the scripted faults, the method, the ledger."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from .call import Call
from .faults import Fault, FaultKind
from .methods import execute
from .reply import Breakage, Reply, file_reply, json_reply
from .values import ApiError, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from .state import Bot, State

_CUTS = {
    FaultKind.HANG: Breakage.ALL,
    FaultKind.HANG_AFTER: Breakage.ALL,
    FaultKind.CUT_BEFORE: Breakage.ALL,
    FaultKind.CUT_AFTER: Breakage.ALL,
    FaultKind.CUT_MIDWAY: Breakage.MIDWAY,
}


@frozen
class _Outcome:
    """What Telegram itself would have answered, and what that did."""

    reply: Reply
    accepted: bool
    message_id: int | None = None
    description: str | None = None


def answer(state: State, token: str, call: Call) -> Reply:
    """Answer a call of a method."""

    def work(bot: Bot) -> _Outcome:
        result = execute(state, bot, call)
        first = result[0] if isinstance(result, list) and result else result
        message_id = first.get("message_id") if isinstance(first, dict) else None
        return _Outcome(json_reply(200, {"ok": True, "result": result}), accepted=True, message_id=message_id)

    return _serve(state, token, call, work)


def download(state: State, token: str, path: str, wanted: str = "") -> Reply:
    """Answer a request for a file by its `file_path`. Faults and ledger know it as the method `file`.

    Args:
        state: The simulator's memory.
        token: Of the bot that asks.
        path: A `file_path` that `getFile` told.
        wanted: The `Range` header, if there was one.
    """

    def work(_bot: Bot) -> _Outcome:
        for stored in state.files.values():
            if stored.file_path == path:
                return _Outcome(file_reply(stored.blob, wanted, "application/octet-stream"), accepted=True)
        raise ApiError(404, "Not Found")

    return _serve(state, token, Call("file", {"file_path": path}), work)


def _serve(state: State, token: str, call: Call, work: Callable[[Bot], _Outcome]) -> Reply:
    """Do the work under the lock, let the scripted fault have its way, and enter both in the ledger.

    The entry is made before the answer leaves, and before a hang: a test can wait for it.
    """
    with state.changed:
        fault = state.faults.take(call.method, call.chat_id)
        if fault and fault.kind is FaultKind.DELAY:
            _pause(state, fault.seconds)
        try:
            bot = state.authorize(token)
            if refusal := fault and fault.refusal():
                raise refusal
            works = fault is None or fault.kind.takes_effect
            outcome = work(bot) if works else _Outcome(Reply(200, b""), accepted=False)
        except ApiError as error:
            outcome = _Outcome(json_reply(error.code, error.envelope()), accepted=False, description=error.description)
        reply = _broken(outcome.reply, fault)
        state.ledger.append(
            LedgerEntry(
                seq=len(state.ledger) + 1,
                time=state.clock(),
                method=call.method,
                params=call.for_ledger(),
                accepted=outcome.accepted,
                status=reply.status if reply.breakage is Breakage.NONE else None,
                message_id=outcome.message_id,
                fault=fault.kind.value if fault else None,
                description=outcome.description,
            )
        )
        state.touch()
        if fault and fault.kind.hangs:
            _pause(state, fault.seconds)
        return reply


def _broken(reply: Reply, fault: Fault | None) -> Reply:
    """Return a reply as the fault leaves it."""
    if fault is None:
        return reply
    if fault.kind in {FaultKind.SERVER_ERROR, FaultKind.SERVER_ERROR_AFTER}:
        page = f"<html>\r\n<head><title>{fault.status}</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
        return Reply(fault.status, page.encode(), "text/html")
    if fault.kind is FaultKind.HALF_JSON:
        return evolve(reply, body=reply.first_half())
    return evolve(reply, breakage=_CUTS.get(fault.kind, Breakage.NONE))


def _pause(state: State, seconds: float) -> None:
    """Wait with the lock free, until the time is over, the faults are cleared or the simulator stops."""
    deadline = time.monotonic() + seconds
    clearings = state.faults.clearings
    while not state.stopping and state.faults.clearings == clearings:
        left = deadline - time.monotonic()
        if left <= 0:
            return
        state.changed.wait(left)
