"""All that an installation keeps, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

from opchat_core.model import Message
from opchat_core.ports.audit import AuditLog
from opchat_core.ports.bots import BotWatch
from opchat_core.ports.chats import ChatRepository
from opchat_core.ports.deliveries import DeliveryRepository
from opchat_core.ports.files import FileRepository
from opchat_core.ports.limits import RateLimiter
from opchat_core.ports.operators import OperatorRepository
from opchat_core.ports.wishes import WishRepository


class Store(
    ChatRepository,
    DeliveryRepository,
    WishRepository,
    FileRepository,
    OperatorRepository,
    RateLimiter,
    AuditLog,
    BotWatch,
    Protocol,
):
    """Everything that an installation keeps."""

    def check(self) -> None:
        """Make sure that the store can be reached and has the schema of this version.

        Raises:
            Unavailable: If not; the message names what is missing.
        """
        ...

    def together(self) -> AbstractContextManager[Store]:
        """Do several steps in one transaction: all of them happen, or, after an exception, none."""
        ...

    def using(self, connection: Any) -> Store:
        """The same store on a connection of the host's, in whatever transaction that is: the host commits.

        Listeners hear of the changes with the commit. A store without connections (in memory) is its own answer.

        Args:
            connection: What the store's kind of connection is: one of psycopg for PostgreSQL.
        """
        ...

    def transaction(self) -> AbstractContextManager[Store]:
        """Do several steps in one transaction that is rolled back at the end, whatever happens: for checks."""
        ...

    def stream_messages(self, user_id: int, bot_type: str) -> Iterator[Message]:
        """Read a whole chat, oldest first, without holding it in memory."""
        ...
