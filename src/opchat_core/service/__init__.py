"""What happens in an operator chat: receive, list, read, reply, close."""

from opchat_core.service.operator_chat import OperatorChat
from opchat_core.service.reading import MAX_PAGE
from opchat_core.service.tending import PRESENCE_LASTS

__all__ = ["MAX_PAGE", "PRESENCE_LASTS", "OperatorChat"]
