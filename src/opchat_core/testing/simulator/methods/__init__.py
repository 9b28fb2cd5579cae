"""The methods of the Bot API that the simulator knows, by their names in lower case.

Each is a function of the state, the calling bot and the call; it returns the `result` of Telegram's answer or raises
`ApiError`. The caller holds the lock of the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.values import ApiError

from . import account, changing, files, reacting, receiving, sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

    Method = Callable[[State, Bot, Call], object]

METHODS: dict[str, Method] = {
    **account.METHODS,
    **receiving.METHODS,
    **sending.METHODS,
    **files.METHODS,
    **changing.METHODS,
    **reacting.METHODS,
}


def execute(state: State, bot: Bot, call: Call) -> object:
    """Carry out a call and return its result.

    Raises:
        ApiError: Telegram would refuse it.
    """
    method = METHODS.get(call.method.lower())
    if method is None:
        raise ApiError(404, "Not Found: method not found")
    return method(state, bot, call)
