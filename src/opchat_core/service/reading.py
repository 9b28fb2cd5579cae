"""Reading chats: the list, one chat, one message; reading changes nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager

from opchat_core.errors import InvalidInput, MessageNotFound
from opchat_core.model import OPERATOR, Chat, ChatPage, ChatStatus, Cursor, History, Message, MessageKey, rules
from opchat_core.ports import MessageVersion, Subscription
from opchat_core.service.base import Base, found

MAX_PAGE = 200
"""The most chats on one page."""


class Reading(Base):
    """Reads chats."""

    def list_chats(
        self,
        *,
        status: ChatStatus | None = None,
        search: str = "",
        limit: int = 50,
        cursor: Cursor | None = None,
        bot_type: str = OPERATOR,
    ) -> ChatPage:
        """List chats, newest activity first.

        Args:
            status: Only these; None for all.
            search: Only of users whose first name, last name, full name or username contains it, or whose id it is,
                without regard to case. A leading ``@`` stands for the beginning of a username.
            limit: At most so many, 1 to 200.
            cursor: Where an earlier page ended.
            bot_type: The chats of which bot.

        Raises:
            InvalidInput: If ``limit`` is out of bounds, or ``search`` longer than a name or not storable as text.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput.of("limit", f"must be an integer from 1 to {MAX_PAGE}")
        try:
            words = " ".join(rules.name(search).split())
        except ValueError as error:
            raise InvalidInput.of("search", str(error)) from None
        if words:
            chats = self._store.search_chats(bot_type, status=status, search=words, limit=limit + 1, cursor=cursor)
        else:
            chats = self._store.list_chats(bot_type, status=status, limit=limit + 1, cursor=cursor)
        page = chats[:limit]
        following = Cursor(page[-1].last_message_at, page[-1].user_id) if len(chats) > limit else None
        return ChatPage(page, following, self._store.count_chats(bot_type))

    def fingerprint_chats(
        self,
        *,
        status: ChatStatus | None = None,
        limit: int = 50,
        cursor: Cursor | None = None,
        bot_type: str = OPERATOR,
    ) -> str:
        """Tell in a word what :meth:`list_chats` shows without a search: the same word, the same page.

        It is read from an index alone, so that asking whether a page is still right costs little.
        """
        return self._store.fingerprint_chats(bot_type, status=status, limit=limit + 1, cursor=cursor)

    def chat(self, user_id: int, *, bot_type: str = OPERATOR) -> Chat:
        """Read one chat without its messages.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return found(self._store.find_chat(user_id, bot_type))

    def history(
        self, user_id: int, *, limit: int | None = None, before: int | None = None, bot_type: str = OPERATOR
    ) -> tuple[Message, ...]:
        """Read messages, oldest first: all of them, or the last ``limit`` below the ``seq`` ``before``.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return self.read_chat(user_id, limit=limit, before=before, bot_type=bot_type).messages

    def read_chat(
        self,
        user_id: int,
        *,
        limit: int | None = None,
        before: int | None = None,
        after: int | None = None,
        bot_type: str = OPERATOR,
    ) -> History:
        """Read a chat with messages, oldest first. Reading changes nothing.

        Args:
            user_id: The user of the chat.
            limit: At most so many, the newest of them; None for all.
            before: Only messages with a lower ``seq``.
            after: Every message added or changed since this revision, instead of a page; none is missed.
            bot_type: The bot of the chat.

        Raises:
            InvalidInput: If ``after`` comes with ``limit`` or ``before``.
            UserNotFound: If there is no such chat.
        """
        if after is not None and (limit is not None or before is not None):
            raise InvalidInput.of("after", "must not be combined with limit or before")
        # The chat comes first: its revision is then never ahead of the messages.
        chat = self.chat(user_id, bot_type=bot_type)
        if after is not None:
            return History(chat, self._store.list_changes(user_id, bot_type, after=after), None)
        messages = self._store.list_messages(user_id, bot_type, before=before, limit=limit)
        return History(chat, messages, messages[0].seq if messages and messages[0].seq > 1 else None)

    def stream_chat(self, user_id: int, *, bot_type: str = OPERATOR) -> tuple[Chat, Generator[Message, None, None]]:
        """Read a chat with all its messages, oldest first, without holding them in memory.

        A connection to the database is held until the messages are read, or closed.

        Raises:
            UserNotFound: If there is no such chat.
        """
        chat = self.chat(user_id, bot_type=bot_type)  # first, so that its revision is never ahead of the messages

        def messages() -> Generator[Message, None, None]:
            yield from self._store.stream_messages(user_id, bot_type)

        return chat, messages()

    def versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """Read what a message said before its edits, oldest first."""
        return self._store.list_versions(key)

    def message(self, key: MessageKey) -> Message:
        """Read one message.

        Raises:
            MessageNotFound: If there is none.
        """
        message = self._store.find_message(key)
        if message is None:
            raise MessageNotFound(f"The chat has no message {key.seq}.")
        return message

    def changes(self) -> AbstractContextManager[Subscription]:
        """Subscribe to the changes of all chats, made by any process; see :class:`~opchat_core.ports.Subscription`."""
        return self._feed.subscribe()

    def bot_types(self, user_id: int) -> tuple[str, ...]:
        """Name the bots that a user has a chat with."""
        return self._store.list_bot_types(user_id)
