"""A queue of answers, and a way to Telegram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from attrs import frozen

from opchat_core.model import Answer, DeliveryStatus, Message, MessageKey, Outcome, Pace, PendingChange
from opchat_core.ports.files import OutgoingFile


@frozen
class Parcel:
    """A message with what only its delivery has to know.

    Attributes:
        message: The message; ``message.user_id`` is the chat to send it to.
        reply_to_telegram_message_id: Telegram's number of the message that it quotes.
        file: Its file; None for one without, and for one whose file is not kept any more.
    """

    message: Message
    reply_to_telegram_message_id: int | None = None
    file: OutgoingFile | None = None


class Sender(Protocol):
    """Takes answers to Telegram. Never raises for what Telegram or the network does: that is the outcome."""

    def send(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Send a message once, or several together as one album; how it ended for each of them."""
        ...

    def change(self, message: Message, change: PendingChange) -> Outcome:
        """Do to a message what an operator wants; what is done already counts as done (``Sent``)."""
        ...

    def show_typing(self, user_id: int) -> None:
        """Let the user see for some seconds that somebody is writing; it does not matter whether that works."""
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


class DeliveryRepository(Protocol):
    """Keeps the queue of answers. Each method is one atomic step, durable when it returns.

    All of them raise :class:`~opchat_core.errors.Unavailable` when the store is away.
    """

    def queue_answer(
        self,
        user_id: int,
        bot_type: str,
        answer: Answer,
        *,
        operator: str | None,
        quote: Mapping[str, Any] | None = None,
    ) -> Queued:
        """Store an answer as ``queued``.

        Args:
            user_id: The user of the chat.
            bot_type: The bot of the chat.
            answer: The answer; its files are what :meth:`FileRepository.keep_file` stored.
            operator: Who sends it.
            quote: Telegram's TextQuote of the part of ``answer.reply_to`` that it is about.

        Raises:
            UserNotFound: If there is no such chat.
            AnsweredByColleague: If another operator has answered since ``answer.last_seen_seq``.
            InvalidInput: If ``answer.reply_to`` names no message of the chat, or a file is not kept or goes with
                another message.
        """
        ...

    def claim(
        self, bot_type: str, *, limit: int, lease: timedelta, max_age: timedelta, pace: Pace, user_id: int | None = None
    ) -> tuple[Parcel, ...]:
        """Take answers that are due, at most one or one album a chat, and settle those whose time is over.

        No more are taken than the pace lets leave, whoever else takes some; those of one user, for whom somebody waits
        at a screen, may run ahead of the bot's pace by two. While answers do not get through, one at a time is taken.

        Args:
            bot_type: Whose answers.
            limit: How many chats to look at.
            lease: How long the caller has for each, and a second more for each 128 KiB of files; after that the answer
                is in doubt.
            max_age: Queued answers older than this fail as ``expired``.
            pace: What Telegram allows.
            user_id: Look at this user's chat only, waiting for it if another worker has it in hand.

        Returns:
            Every message that changed, and what its sending takes. Those that are ``sending`` are the caller's to
            send, now.
        """
        ...

    def complete(
        self,
        message: Message,
        outcome: Outcome,
        *,
        wait: timedelta,
        learns: bool = True,
    ) -> Message | None:
        """Store the outcome of the attempt that ``message`` was claimed for, and what it says of the bot as a whole.

        After a second answer in a row that did not get through (``unreachable``, ``answer_lost``), and when a second
        chat is ``rate_limited`` while the first still waits, the bot waits in all its chats.

        Args:
            message: As :meth:`claim` returned it.
            outcome: How the attempt ended. ``Refused.stops_sender`` pauses the bot until :meth:`resume`.
            wait: How long until the next attempt, where there is to be one and Telegram did not say.
            learns: Whether the outcome says something of the bot as a whole: of an album, the last message's does.

        Returns:
            The message; None when the attempt was no longer the one under way, and nothing was changed.
        """
        ...

    def settle(self, key: MessageKey, status: DeliveryStatus) -> Message:
        """End the doubt or failure of an answer by a person's word: ``queued``, ``sent`` or ``failed``.

        Raises:
            MessageNotFound: If there is no such message.
            NotRetryable: If it is neither ``failed`` nor ``unknown``.
            FileGone: If it shall be sent and its file is not kept any more.
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
