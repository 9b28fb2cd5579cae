"""The library as one object, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from opchat_core.config import Config
from opchat_core.delivery import Courier
from opchat_core.media import MediaLibrary
from opchat_core.operators import Operators
from opchat_core.ports import ChangeFeed, Sender, Store
from opchat_core.service.answering import Answering
from opchat_core.service.changing import Changing
from opchat_core.service.keeping import Keeping
from opchat_core.service.reading import Reading
from opchat_core.service.receiving import Receiving
from opchat_core.service.tending import Tending


class OperatorChat(Receiving, Reading, Answering, Changing, Tending, Keeping):
    """The library: one object for everything that happens in the chats of one installation.

    Thread-safe; make one a process, most easily with :func:`opchat_core.connect`, and close it at the end.

    Args:
        store: Where chats are kept.
        courier: Takes answers to Telegram.
        feed: Tells of changes in any process.
        media: Opens files of messages; by default there are none to be had.
        config: The installation's settings, by which also adapters go.
        on_close: Called once by :meth:`close`.
    """

    def __init__(
        self,
        store: Store,
        courier: Courier,
        feed: ChangeFeed,
        *,
        media: MediaLibrary | None = None,
        config: Config | None = None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(store, courier, feed, config or Config(), media or MediaLibrary())
        self._on_close = on_close
        self.operators = Operators(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections and threads."""
        self._on_close()

    def using(self, connection: Any) -> OperatorChat:
        """Take part in a transaction of yours: what the returned chat does happens when you commit, or not at all.

        Answers are stored as ``queued``, and a delivery worker sends them after the commit, within a second. Screens
        hear of the changes with the commit. After an error of the database the transaction is lost, as always.

        Args:
            connection: A connection of psycopg 3 to the database of this chat, on which the transaction is. Django's is
                ``connection.connection``, SQLAlchemy's ``connection.connection.driver_connection``.

        Returns:
            A chat for this transaction and this thread; it need not be closed.

        Example:
            ::

                with psycopg.connect("postgresql:///shop") as connection:
                    connection.execute("UPDATE orders SET state = 'asked' WHERE customer = 42")
                    chat.using(connection).receive(user_id=42, text="Where is my order?")
        """
        store = self._store.using(connection)
        return OperatorChat(store, self.courier.deferring(store), self._feed, config=self.config)

    @contextmanager
    def rehearsal(self, senders: Mapping[str, Sender] | None = None) -> Iterator[OperatorChat]:
        """Do things in one transaction that is rolled back at the end: for checks.

        Args:
            senders: What takes answers, by bot type, in place of Telegram; without them there is no bot.
        """
        with self._store.transaction() as store:
            yield OperatorChat(store, Courier(store, senders or {}), self._feed, config=self.config)
