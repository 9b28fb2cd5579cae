"""What happens in an operator chat: receive, list, read, reply, close."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import attrs

from opchat_core.config import Config
from opchat_core.delivery import Courier
from opchat_core.errors import (
    ForbiddenDirection,
    ForbiddenEdit,
    InvalidInput,
    MessageNotFound,
    TooManyRequests,
    Unavailable,
    UserNotFound,
)
from opchat_core.model import (
    OPERATOR,
    Action,
    Answer,
    AuditRecord,
    Charge,
    Chat,
    ChatPage,
    ChatStatus,
    Cursor,
    DeliveryStatus,
    Direction,
    History,
    IncomingMessage,
    Message,
    MessageKey,
    Presence,
    Received,
    chat_subject,
    message_subject,
    rules,
)
from opchat_core.operators import Operators
from opchat_core.ports import Backlog, ChangeFeed, Colleague, MessageVersion, Queued, Sender, Store, Subscription

_log = logging.getLogger(__name__)

MAX_PAGE = 200
"""The most chats on one page."""

PRESENCE_LASTS = timedelta(seconds=12)
"""How long an operator counts as being in a chat after saying so: two reminders may get lost."""


class OperatorChat:
    """The library: one object for everything that happens in the chats of one installation.

    Thread-safe; make one a process, most easily with :func:`opchat_core.connect`, and close it at the end.

    Args:
        store: Where chats are kept.
        courier: Takes answers to Telegram.
        feed: Tells of changes in any process.
        config: The installation's settings, by which also adapters go.
        on_close: Called once by :meth:`close`.
    """

    def __init__(
        self,
        store: Store,
        courier: Courier,
        feed: ChangeFeed,
        *,
        config: Config | None = None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._feed = feed
        self._on_close = on_close
        self.config = config or Config()
        self.courier = courier
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

    # The user's side

    def receive(self, *, user_id: int, text: str = "", verified: bool = True, **fields: Any) -> Message:
        """Store a message that happened, exactly once.

        Args:
            user_id: Telegram user id.
            text: The text or caption.
            verified: Whether its origin is beyond doubt.
            **fields: More fields of :class:`~opchat_core.model.IncomingMessage`.

        Returns:
            The stored message; the one that was there when the same message comes again.

        Raises:
            InvalidInput: If a field breaks its rule; nothing is stored.
            Unavailable: If the store is away; hand it in again.
        """
        return self.take_in(IncomingMessage(user_id=user_id, text=text, **fields), verified=verified).message

    def take_in(self, message: IncomingMessage, *, verified: bool, operator: str | None = None) -> Received:
        """Store a message and say what became of it: stored, known already, or a new version.

        An unverified message cannot report an answer, edit, set its own time, or be known by an update's number.

        Args:
            message: The message.
            verified: Whether its origin is beyond doubt.
            operator: Who sent it, where it is an answer that was sent elsewhere.

        Raises:
            ForbiddenDirection: If an unverified caller reports an answer.
            ForbiddenEdit: If an unverified caller edits a message.
            InvalidInput: If it claims to be from more than five minutes ahead.
            Unavailable: If the store is away.
        """
        if not verified:
            if message.direction is Direction.OUT:
                raise ForbiddenDirection("Only a verified caller may record an answer that was sent elsewhere.")
            if message.edited:
                raise ForbiddenEdit("Only a verified caller may edit a message.")
            message = attrs.evolve(message, created_at=None, update_id=None)
        return self._store.receive(message, verified=verified, operator=operator, reopen=self.config.reopen)

    def set_blocked(self, user_id: int, *, blocked: bool, bot_type: str = OPERATOR) -> Chat:
        """Record that the user has blocked or unblocked the bot.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return _found(self._store.set_blocked(user_id, bot_type, blocked=blocked))

    # The operator's side

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

    def chat(self, user_id: int, *, bot_type: str = OPERATOR) -> Chat:
        """Read one chat without its messages.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return _found(self._store.find_chat(user_id, bot_type))

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

    def versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """Read what a message said before its edits, oldest first."""
        return self._store.list_versions(key)

    def reply(
        self, user_id: int, text: str, *, operator: str | None = None, bot_type: str = OPERATOR, **fields: Any
    ) -> Message:
        """Answer a user: store the answer, then send it.

        Args:
            user_id: The user of the chat.
            text: What to say; longer texts go out in several messages.
            operator: Who says it.
            bot_type: Through which bot.
            **fields: More fields of :class:`~opchat_core.model.Answer`.

        Returns:
            The answer (of several messages, the first) as it stands after the first attempt; see ``delivery.status``.

        Raises:
            InvalidInput: If a field breaks its rule; nothing is stored.
            UserNotFound: If there is no such chat.
            TelegramNotConfigured: If there is no token for this bot; nothing is stored.
            AnsweredByColleague: If a colleague has answered since ``last_seen_seq``; nothing is stored.
            Unavailable: If the store is away; the same ``client_message_id`` makes trying again safe.
        """
        answer = Answer(text=text, **fields)
        return self.send(user_id, answer, operator=operator, bot_type=bot_type).messages[0]

    def send(self, user_id: int, answer: Answer, *, operator: str | None, bot_type: str = OPERATOR) -> Queued:
        """Answer a user and say what became of it; see :meth:`reply`."""
        self.courier.require(bot_type)
        with self._store.together() as store:
            queued = store.queue_answer(user_id, bot_type, answer, operator=operator)
            if not queued.duplicate:
                store.record(Action.SEND, actor=operator, subject=message_subject(queued.messages[0].key))
        if queued.duplicate:
            return queued
        return Queued(self._attempt(queued.messages))

    def retry(self, key: MessageKey, *, operator: str | None = None) -> Message:
        """Try a failed or doubtful answer again: a person's decision, for it may arrive twice.

        Args:
            key: Which answer.
            operator: Who decides it.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is neither ``failed`` nor ``unknown``.
            TelegramNotConfigured: If there is no token for this bot.
        """
        self.courier.require(key.bot_type)
        with self._store.together() as store:
            settled = store.settle(key, DeliveryStatus.QUEUED)
            store.record(Action.RETRY, actor=operator, subject=message_subject(key))
        return self._attempt((settled,))[0]

    def mark_delivered(self, key: MessageKey, *, arrived: bool, operator: str | None = None) -> Message:
        """End the doubt about an ``unknown`` answer by a person's word: it arrived, or it did not.

        Args:
            key: Which answer.
            arrived: Whether it reached the user.
            operator: Who says so.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is not ``unknown``.
        """
        with self._store.together() as store:
            settled = store.settle(key, DeliveryStatus.SENT if arrived else DeliveryStatus.FAILED)
            store.record(Action.MARK, actor=operator, subject=message_subject(key))
        return settled

    def mark_read(self, user_id: int, seq: int, *, bot_type: str = OPERATOR) -> Chat:
        """Mark everything up to ``seq`` read.

        Raises:
            UserNotFound: If there is no such chat.
        """
        return _found(self._store.mark_read(user_id, bot_type, seq))

    def set_status(
        self, user_id: int, status: ChatStatus, *, bot_type: str = OPERATOR, operator: str | None = None
    ) -> Chat:
        """Open or close a chat; doing it again changes nothing.

        Args:
            user_id: The user of the chat.
            status: What it is to be.
            bot_type: The bot of the chat.
            operator: Who does it.

        Raises:
            UserNotFound: If there is no such chat.
        """
        with self._store.together() as store:
            chat = _found(store.set_status(user_id, bot_type, status))
            store.record(Action.STATUS, actor=operator, subject=chat_subject(user_id, bot_type))
        return chat

    def close_chat(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Chat:
        """Close a chat; see :meth:`set_status`."""
        return self.set_status(user_id, ChatStatus.CLOSED, bot_type=bot_type, operator=operator)

    def reopen_chat(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Chat:
        """Open a closed chat; see :meth:`set_status`."""
        return self.set_status(user_id, ChatStatus.OPEN, bot_type=bot_type, operator=operator)

    # The keeper's side

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

    def attend(
        self, user_id: int, operator: str, presence: Presence | None, *, bot_type: str = OPERATOR
    ) -> tuple[Colleague, ...]:
        """Say that an operator is in a chat, or has left it, and learn who else is there.

        It is forgotten after twelve seconds unless said again. Colleagues are told by the feed of changes.

        Args:
            user_id: The chat's user.
            operator: Who it is.
            presence: What they do there; None when they have left.
            bot_type: The chat's bot.

        Raises:
            UserNotFound: If there is no such chat.
        """
        self.chat(user_id, bot_type=bot_type)
        return self._store.attend(user_id, bot_type, operator, presence, lasting=PRESENCE_LASTS)

    def backlog(self, *, bot_type: str = OPERATOR) -> Backlog:
        """Sum up what waits to be sent."""
        return self._store.backlog(bot_type)

    def admit(self, charges: Sequence[Charge]) -> None:
        """Take one from each allowance, over all processes; for whoever lets strangers in.

        Raises:
            TooManyRequests: If one of them is used up; then nothing is taken from any.
        """
        wait = self._store.charge(charges) if charges else timedelta(0)
        if wait > timedelta(0):
            raise TooManyRequests("Too many requests; come again later.", retry_after=wait)

    def acquit(self, charge: Charge) -> None:
        """Make an allowance whole again, for its holder has proved who they are."""
        self._store.acquit(charge)

    def check(self) -> None:
        """Make sure that the store can be reached and has the right schema.

        Raises:
            Unavailable: If not.
        """
        self._store.check()

    def bot_types(self, user_id: int) -> tuple[str, ...]:
        """Name the bots that a user has a chat with."""
        return self._store.list_bot_types(user_id)

    def export(self, user_id: int, *, bot_type: str = OPERATOR, operator: str | None = None) -> Iterator[Message]:
        """Read a whole chat, oldest first, without holding it in memory; ``operator`` is who takes it."""
        self._store.record(Action.EXPORT, actor=operator, subject=chat_subject(user_id, bot_type))
        return self._store.stream_messages(user_id, bot_type)

    def forget(self, user_id: int, *, bot_type: str | None = None, operator: str | None = None) -> int:
        """Erase a user's chats, or the chat with one bot, for good.

        Args:
            user_id: The user.
            bot_type: The chat with this bot only; None for all.
            operator: Who does it.

        Returns:
            How many messages went.
        """
        messages = 0
        for one in self.bot_types(user_id) if bot_type is None else (bot_type,):
            with self._store.together() as store:
                messages += store.forget_chat(user_id, one)
                store.record(Action.FORGET, actor=operator, subject=chat_subject(user_id, one))
        return messages

    def audit(self, *, limit: int = 100) -> tuple[AuditRecord, ...]:
        """Read what people did last, newest first."""
        return self._store.list_records(limit=limit)

    @contextmanager
    def rehearsal(self, senders: Mapping[str, Sender] | None = None) -> Iterator[OperatorChat]:
        """Do things in one transaction that is rolled back at the end: for checks.

        Args:
            senders: What takes answers, by bot type, in place of Telegram; without them there is no bot.
        """
        with self._store.transaction() as store:
            yield OperatorChat(store, Courier(store, senders or {}), self._feed, config=self.config)

    def _attempt(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Try to send stored answers at once and read how they stand; a worker takes what is left."""
        last = messages[-1]
        try:
            self.courier.deliver_chat(last.user_id, last.bot_type, upto=last.seq)
            return tuple(self._store.find_message(message.key) or message for message in messages)
        except Unavailable as error:  # they are stored, and that is what the caller must know
            _log.warning("delivery.first_attempt_put_off", extra={"reason": str(error)})
            return messages


def _found(chat: Chat | None) -> Chat:
    if chat is None:
        raise UserNotFound("There is no chat with this user.")
    return chat
