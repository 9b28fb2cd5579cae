"""What users send from their phones, taken in as the bot would do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from opchat_bot.convert import read_update
from opchat_core import IncomingMessage
from opchat_core.model.reaction import Reaction

if TYPE_CHECKING:
    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


# Telegram tells of reactions only whoever asks for them.
KINDS = ["message", "edited_message", "message_reaction", "callback_query"]


def take_in(chat: OperatorChat, simulator: Simulator) -> None:
    """Take in all that users have sent since the last time."""
    address = f"{simulator.url}/bot{simulator.token}/getUpdates"
    offset = 0
    while updates := httpx.post(address, json={"offset": offset, "allowed_updates": KINDS}).json()["result"]:
        for update in updates:
            offset = update["update_id"] + 1
            call = read_update(update).call
            assert call is not None
            if call.path.endswith("reaction"):
                chat.react(Reaction.from_json(call.body))
            else:
                chat.take_in(IncomingMessage.from_json(call.body), verified=True)
