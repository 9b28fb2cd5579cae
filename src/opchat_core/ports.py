"""What the library needs from outside, as protocols: a store, a way to Telegram, a clock, a feed of changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from opchat_core.model import (
    Action,
    Answer,
    AuditRecord,
    Charge,
    Chat,
    ChatCounts,
    ChatStatus,
    Cursor,
    DeliveryStatus,
    IncomingMessage,
    KnownToken,
    Message,
    MessageKey,
    Operator,
    Outcome,
    Pace,
    Presence,
    Received,
    ReopenRule,
    Role,
)


class Clock(Protocol):
    """Tells the time, so that tests can move it."""

    def now(self) -> datetime:
        """The time, aware."""
        ...


@frozen
class Change:
    """A hint that a chat changed, or that operators have come to it or left it.

    Attributes:
        user_id: The chat's user.
        bot_type: The chat's bot.
        revision: The chat's revision after the change; None when only who is there has changed.
    """

    user_id: int
    bot_type: str
    revision: int | None

    @property
    def subject(self) -> tuple[int, str, bool]:
        """What it is about; of two hints about the same the newer one is enough."""
        return self.user_id, self.bot_type, self.revision is None


class Subscription(Protocol):
    """One listener's view of the changes of all chats, made by any process."""

    def wait(self, timeout: float) -> tuple[Change, ...] | None:
        """Wait for changes.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            What changed since the last call, coalesced per chat; empty after the timeout; None when the feed has ended.
        """
        ...


class ChangeFeed(Protocol):
    """Tells of changes in any process. A hint: a lost one is made good by the next ordinary request."""

    def subscribe(self) -> AbstractContextManager[Subscription]:
        """Listen from now on, until the context ends."""
        ...


class Sender(Protocol):
    """Takes one message to Telegram. Never raises for what Telegram or the network does: that is the outcome."""

    def send(self, message: Message, *, reply_to_telegram_message_id: int | None) -> Outcome:
        """Send a message once.

        Args:
            message: What to send; ``message.user_id`` is the chat to send it to.
            reply_to_telegram_message_id: Telegram's number of the message that it quotes.
        """
        ...

    def is_authorized(self) -> bool:
        """Whether Telegram accepts the bot's token now; False also when it cannot be asked."""
        ...


@frozen
class Queued:
    """What became of an answer that was handed in.

    Attributes:
        messages: Its messages, one a part.
        duplicate: They were there before, and nothing was changed.
    """

    messages: tuple[Message, ...]
    duplicate: bool = False


@frozen
class Backlog:
    """How many answers wait, and how long.

    Attributes:
        queued: Answers that are stored and not yet handed to Telegram.
        sending: Answers that a worker holds.
        unknown: Answers in doubt.
        oldest_queued_age: How long the oldest queued answer has waited; None when nothing waits.
        pause_reason: Why the bot must not send for now; None when it may.
        wait_reason: Why the bot as a whole waits a moment, as a code: ``rate_limited``, ``unreachable`` or
            ``answer_lost``; None when it does not.
    """

    queued: int
    sending: int
    unknown: int
    oldest_queued_age: timedelta | None
    pause_reason: str | None
    wait_reason: str | None = None


@frozen
class Colleague:
    """An operator who is in a chat now.

    Attributes:
        name: The operator.
        presence: What they do there.
    """

    name: str
    presence: Presence


class Repository(Protocol):
    """Keeps chats, messages and operators. Each method is one atomic step, durable when it returns.

    Methods that change a chat lock it, so that ``seq`` has no gaps and ``revision`` grows in the order of commits. All
    of them raise :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    # Chats

    def receive(
        self, message: IncomingMessage, *, verified: bool, operator: str | None, reopen: ReopenRule
    ) -> Received:
        """Store a message once: by bot type, user, direction and ``telegram_message_id``, where it has one.

        What the user wrote without one is known by its ``update_id``, where it has one.

        Raises:
            InvalidInput: If ``created_at`` is over five minutes ahead.
        """
        ...

    def find_chat(self, user_id: int, bot_type: str) -> Chat | None:
        """Read one chat."""
        ...

    def list_chats(
        self, bot_type: str, *, status: ChatStatus | None, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read chats, newest activity first, after the cursor."""
        ...

    def search_chats(
        self, bot_type: str, *, status: ChatStatus | None, search: str, limit: int, cursor: Cursor | None
    ) -> tuple[Chat, ...]:
        """Read the chats of users whose name or username contains ``search``, or whose id it is."""
        ...

    def count_chats(self, bot_type: str) -> ChatCounts:
        """Count the chats of a bot by status, at a cost that does not grow with them."""
        ...

    def set_status(self, user_id: int, bot_type: str, status: ChatStatus) -> Chat | None:
        """Open or close a chat; None when there is none."""
        ...

    def mark_read(self, user_id: int, bot_type: str, seq: int) -> Chat | None:
        """Mark everything up to ``seq`` read; None when there is no such chat."""
        ...

    def set_blocked(self, user_id: int, bot_type: str, *, blocked: bool) -> Chat | None:
        """Record whether the user has blocked the bot; None when there is no such chat."""
        ...

    def attend(
        self, user_id: int, bot_type: str, operator: str, presence: Presence | None, *, lasting: timedelta
    ) -> tuple[Colleague, ...]:
        """Say that an operator is in a chat, or has left it; returns the other operators who are there, by name.

        Args:
            user_id: The chat's user.
            bot_type: The chat's bot.
            operator: Who it is.
            presence: What they do there; None when they have left.
            lasting: How long that is true unless it is said again.
        """
        ...

    def forget_chat(self, user_id: int, bot_type: str) -> int:
        """Erase a chat with everything in it, and the user with the last chat; returns how many messages went."""
        ...

    def list_bot_types(self, user_id: int) -> tuple[str, ...]:
        """Name the bots that the user has a chat with."""
        ...

    # Messages

    def find_message(self, key: MessageKey) -> Message | None:
        """Read one message."""
        ...

    def list_messages(
        self, user_id: int, bot_type: str, *, before: int | None, limit: int | None
    ) -> tuple[Message, ...]:
        """Read the last ``limit`` messages below ``before`` (by default: all), oldest first."""
        ...

    def list_changes(self, user_id: int, bot_type: str, *, after: int) -> tuple[Message, ...]:
        """Read every message added or changed since a revision of the chat, oldest first."""
        ...

    def list_versions(self, key: MessageKey) -> tuple[MessageVersion, ...]:
        """Read what a message said before its edits, oldest first."""
        ...

    # Delivery

    def queue_answer(self, user_id: int, bot_type: str, answer: Answer, *, operator: str | None) -> Queued:
        """Store an answer as ``queued``.

        Raises:
            UserNotFound: If there is no such chat.
            AnsweredByColleague: If another operator has answered since ``answer.last_seen_seq``.
            InvalidInput: If ``answer.reply_to`` names no message of the chat.
        """
        ...

    def claim(
        self, bot_type: str, *, limit: int, lease: timedelta, max_age: timedelta, pace: Pace, user_id: int | None = None
    ) -> tuple[Message, ...]:
        """Take answers that are due, at most one a chat, and settle those whose time is over.

        No more are taken than the pace lets leave, whoever else takes some; those of one user, for whom somebody waits
        at a screen, may run ahead of the bot's pace by two. While answers do not get through, one at a time is taken.

        Args:
            bot_type: Whose answers.
            limit: How many chats to look at.
            lease: How long the caller has for each; after that the answer is in doubt.
            max_age: Queued answers older than this fail as ``expired``.
            pace: What Telegram allows.
            user_id: Look at this user's chat only, waiting for it if another worker has it in hand.

        Returns:
            Every message that changed. Those that are ``sending`` are the caller's to send, now.
        """
        ...

    def complete(
        self,
        message: Message,
        outcome: Outcome,
        *,
        wait: timedelta,
    ) -> Message | None:
        """Store the outcome of the attempt that ``message`` was claimed for, and what it says of the bot as a whole.

        After a second answer in a row that did not get through (``unreachable``, ``answer_lost``), and when a second
        chat is ``rate_limited`` while the first still waits, the bot waits in all its chats.

        Args:
            message: As :meth:`claim` returned it.
            outcome: How the attempt ended. ``Refused.stops_sender`` pauses the bot until :meth:`resume`.
            wait: How long until the next attempt, where there is to be one and Telegram did not say.

        Returns:
            The message; None when the attempt was no longer the one under way, and nothing was changed.
        """
        ...

    def settle(self, key: MessageKey, status: DeliveryStatus) -> Message:
        """End the doubt or failure of an answer by a person's word: ``queued``, ``sent`` or ``failed``.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is neither ``failed`` nor ``unknown``.
        """
        ...

    def next_due(self, bot_type: str) -> timedelta | None:
        """How long until :meth:`claim` finds something, unless the bot is paused; None when nothing is queued."""
        ...

    def backlog(self, bot_type: str) -> Backlog:
        """Sum up what waits."""
        ...

    def is_paused(self, bot_type: str) -> bool:
        """Whether the bot must not send, for Telegram refused its token."""
        ...

    def resume(self, bot_type: str) -> None:
        """Let a paused bot send again."""
        ...


@frozen
class MessageVersion:
    """What a message said before an edit.

    Attributes:
        text: The text or caption.
        written_at: When it was written.
    """

    text: str
    written_at: datetime


class OperatorRepository(Protocol):
    """Keeps operators, their API tokens, and the secrets that all processes share."""

    def add_operator(self, name: str, password_hash: str | None, role: Role = Role.OPERATOR) -> Operator:
        """Make an operator.

        Raises:
            OperatorExists: If the name is taken.
        """
        ...

    def set_password(self, name: str, password_hash: str) -> Operator | None:
        """Change a password and end every session of the operator; None when there is no such operator."""
        ...

    def set_role(self, name: str, role: Role) -> Operator | None:
        """Change what an operator is trusted with; None when there is no such operator."""
        ...

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """End every session of an operator, once; None when that has happened since, or the operator is disabled."""
        ...

    def start_session(self, token_hash: bytes, operator: Operator, lifetime: timedelta) -> None:
        """Store a session by its token's hash, with the operator's session version."""
        ...

    def find_operator_by_session(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a session that has not expired or ended, and whose operator is not disabled."""
        ...

    def end_session(self, token_hash: bytes) -> Operator | None:
        """End one session; whose it was, or None when there is no such session."""
        ...

    def find_operator(self, name: str) -> Operator | None:
        """Read an operator by name."""
        ...

    def find_operator_by_id(self, operator_id: int) -> Operator | None:
        """Read an operator by id."""
        ...

    def list_operators(self) -> tuple[Operator, ...]:
        """Read all operators by name."""
        ...

    def disable_operator(self, name: str) -> Operator | None:
        """Lock an operator out, everywhere at once: sessions and tokens end; None when there is no such operator."""
        ...

    def remove_operator(self, name: str) -> None:
        """Erase an operator with their tokens; messages keep the name."""
        ...

    def add_token(self, operator_id: int, token_hash: bytes, expires_at: datetime | None, label: str = "") -> int:
        """Store an API token by its hash; its number."""
        ...

    def list_tokens(self, operator_id: int) -> tuple[KnownToken, ...]:
        """Read an operator's tokens, the oldest first."""
        ...

    def find_operator_by_token(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a token that has not expired and whose operator is not disabled."""
        ...

    def remove_token(self, operator_id: int, token_id: int) -> KnownToken | None:
        """End a token of an operator's; what it was, or None when there is no such token."""
        ...

    def shared_secret(self, name: str, candidate: str) -> str:
        """Read a secret that all processes share; the first to ask stores its candidate."""
        ...


class RateLimiter(Protocol):
    """Counts what callers do, over all processes."""

    def charge(self, charges: Sequence[Charge]) -> timedelta:
        """Take one from each allowance, or nothing from any.

        Returns:
            How long until each has one to give; zero when it was taken.
        """
        ...

    def acquit(self, charge: Charge) -> None:
        """Make an allowance whole again."""
        ...


class AuditLog(Protocol):
    """Remembers what people did."""

    def record(self, action: Action, *, actor: str | None, subject: str | None) -> None:
        """Remember what somebody did; in the transaction of what they did, see :meth:`Store.together`."""
        ...

    def list_records(self, *, limit: int) -> tuple[AuditRecord, ...]:
        """Read the newest records, newest first."""
        ...


class Store(Repository, OperatorRepository, RateLimiter, AuditLog, Protocol):
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

    def transaction(self) -> AbstractContextManager[Store]:
        """Do several steps in one transaction that is rolled back at the end, whatever happens: for checks."""
        ...

    def stream_messages(self, user_id: int, bot_type: str) -> Iterator[Message]:
        """Read a whole chat, oldest first, without holding it in memory."""
        ...
