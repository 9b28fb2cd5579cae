"""Taking answers to Telegram: once each, in the chat's order, with the truth about the result.

An answer is claimed under a lease, sent, and completed with a result that names its attempt. If the process dies in
between, the lease runs out, the answer is in doubt (``unknown``), and a person decides.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from time import monotonic

from opchat_core.errors import TelegramNotConfigured, Unavailable
from opchat_core.model import DeliveryStatus, Message, Outcome, Pace
from opchat_core.ports import DeliveryRepository, Parcel, Sender

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a worker has for one answer; longer than the sender's own time limits together."""

MAX_AGE = timedelta(days=1)
"""How long an answer may wait before it fails as ``expired``."""

MAX_BACKOFF = timedelta(seconds=30)
"""The longest pause between two attempts that Telegram did not ask for."""

IDLE = timedelta(seconds=1)
"""How long a worker sleeps at most, so that answers of other processes do not wait."""

PAUSE = timedelta(seconds=5)
"""How often a worker asks whether Telegram accepts a refused token again."""

MIN_PAUSE = timedelta(milliseconds=20)
"""How long a worker sleeps at least when there was nothing to take, so that it never spins."""

PACE = Pace()
"""Answers leave as fast as Telegram allows."""

WORKERS = 8
"""How many answers one worker has under way at once."""

_COMPLETION_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)


def backoff(attempts: int) -> timedelta:
    """The pause after a number of attempts: 1, 2, 4, 8 and so on seconds, at most :data:`MAX_BACKOFF`."""
    return min(timedelta(seconds=2 ** min(max(attempts, 1) - 1, 16)), MAX_BACKOFF)


class Courier:
    """Sends what is queued. Any number may run beside each other, in any number of processes.

    Args:
        repository: Where the queue is.
        senders: How to reach Telegram, by bot type.
        lease: How long one attempt may take.
        max_age: How long an answer may wait before it fails as ``expired``.
        pace: How fast answers may leave, shared with every other courier of the store.
    """

    def __init__(
        self,
        repository: DeliveryRepository,
        senders: Mapping[str, Sender],
        *,
        lease: timedelta = LEASE,
        max_age: timedelta = MAX_AGE,
        pace: Pace = PACE,
    ) -> None:
        self._repository = repository
        self._senders = dict(senders)
        self._lease = lease
        self._max_age = max_age
        self._pace = pace
        self._ask_again: dict[str, float] = {}

    def deferring(self, repository: DeliveryRepository) -> Courier:
        """Make a courier to the same bots that leaves what is queued to the workers: it may not be committed yet."""
        return _DeferringCourier(repository, self._senders)

    def require(self, bot_type: str) -> None:
        """Make sure that answers of this bot can be sent.

        Raises:
            TelegramNotConfigured: If not.
        """
        if bot_type not in self._senders:
            raise TelegramNotConfigured(
                f"No bot token is configured for the bot type {bot_type}, so nothing can be sent."
            )

    def deliver_chat(self, user_id: int, bot_type: str, *, upto: int) -> None:
        """Send a chat's queue in order, as far as a message; stops where one has to wait.

        Args:
            user_id: The user of the chat.
            bot_type: The bot of the chat.
            upto: The ``seq`` after which to stop.
        """
        seq = 0
        while seq < upto:
            parcels = self._claim(bot_type, limit=1, user_id=user_id)
            if not parcels and self._resume(bot_type):
                parcels = self._claim(bot_type, limit=1, user_id=user_id)
            if not parcels:
                return
            for parcel in parcels:
                self._send(parcel)
                seq = parcel.message.seq

    def run(self, stop: Event, *, workers: int = WORKERS) -> None:
        """Send what is due until told to stop; then finish what is under way and start nothing new.

        A store that is away is waited for.

        Args:
            stop: Set it to end the loop.
            workers: How many answers may be under way at once.
        """
        with ThreadPoolExecutor(workers, thread_name_prefix="opchat-delivery") as pool:
            under_way: set[Future[None]] = set()
            while not stop.is_set():
                try:
                    pause = timedelta(0) if self._take_up(pool, under_way, workers) else self._next_due()
                except Unavailable as error:
                    _log.warning("delivery.store_away", extra={"reason": str(error)})
                    pause = error.retry_after
                if len(under_way) >= workers:
                    pause = IDLE
                if under_way and pause:  # the end of an attempt may let the next one of its chat begin
                    wait(under_way, timeout=min(pause, IDLE).total_seconds(), return_when=FIRST_COMPLETED)
                elif pause:
                    stop.wait(min(pause, IDLE).total_seconds())
                under_way = {future for future in under_way if not _ended(future)}
            wait(under_way)
            for future in under_way:
                _ended(future)

    def _take_up(self, pool: ThreadPoolExecutor, under_way: set[Future[None]], workers: int) -> bool:
        """Claim as many answers as there are idle workers, each handed to one at once; whether there were any."""
        before = len(under_way)
        for bot_type in self._senders:
            if free := workers - len(under_way):
                under_way |= {pool.submit(self._send, parcel) for parcel in self._claim(bot_type, limit=free)}
        return len(under_way) > before

    def _next_due(self) -> timedelta:
        """How long there is nothing to do; asks whether a paused bot may go on."""
        waits = [IDLE]
        for bot_type in self._senders:
            if not self._repository.is_paused(bot_type):
                due = self._repository.next_due(bot_type)
                waits.append(IDLE if due is None else due)
            elif monotonic() >= self._ask_again.get(bot_type, 0):
                self._ask_again[bot_type] = monotonic() + PAUSE.total_seconds()
                waits.append(timedelta(0) if self._resume(bot_type) else IDLE)
        return max(min(waits), MIN_PAUSE)

    def _resume(self, bot_type: str) -> bool:
        """Let a bot whose token was refused send again if Telegram accepts the token now; True if it does.

        The queue stays as it is meanwhile: asking costs nothing, while an attempt would fail an answer.
        """
        if not self._repository.is_paused(bot_type) or not self._senders[bot_type].is_authorized():
            return False
        self._repository.resume(bot_type)
        _log.info("delivery.resumed", extra={"bot_type": bot_type})
        return True

    def _claim(self, bot_type: str, *, limit: int, user_id: int | None = None) -> list[Parcel]:
        changed = self._repository.claim(
            bot_type, limit=limit, lease=self._lease, max_age=self._max_age, pace=self._pace, user_id=user_id
        )
        return [
            one for one in changed if one.message.delivery and one.message.delivery.status is DeliveryStatus.SENDING
        ]

    def _send(self, parcel: Parcel) -> None:
        self._complete(parcel.message, self._senders[parcel.message.bot_type].send(parcel))

    def _complete(self, message: Message, outcome: Outcome) -> None:
        """Store the outcome, trying for a while when the store is away: it is the only witness of what happened."""
        attempts = message.delivery.attempts if message.delivery else 0
        for pause in (*_COMPLETION_PAUSES, None):
            try:
                stored = self._repository.complete(message, outcome, wait=backoff(attempts))
            except Unavailable as error:
                _log.warning("delivery.result_not_stored", extra={"key": message.key, "reason": str(error)})
                if pause is None:
                    raise
                Event().wait(pause)
            else:
                if stored is None:
                    _log.warning("delivery.result_too_late", extra={"key": message.key})
                return


class _DeferringCourier(Courier):
    """Stores answers for others to send."""

    def deliver_chat(self, user_id: int, bot_type: str, *, upto: int) -> None:
        """Leave it to a worker, who sees the answer after the commit."""


def _ended(future: Future[None]) -> bool:
    """Whether a send is over; tells the log if it broke, in which case its lease leaves the answer in doubt."""
    if not future.done():
        return False
    if error := future.exception():
        _log.error("delivery.broken", exc_info=error)
    return True
