"""Taking answers to Telegram: once each, in the chat's order, with the truth about the result.

An answer is claimed under a lease, sent, and completed with a result that names its attempt. If the process dies in
between, the lease runs out, the answer is in doubt (``unknown``), and a person decides.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import BoundedSemaphore, Event, Thread
from time import monotonic

from opchat_core.delivery.pauses import (
    IDLE,
    KEPT,
    LEASE,
    MAX_AGE,
    MIN_PAUSE,
    ORPHANED,
    PACE,
    PAUSE,
    SWEEP,
    TYPING,
    WORKERS,
)
from opchat_core.delivery.post import Post
from opchat_core.errors import TelegramNotConfigured, Unavailable
from opchat_core.hooks import Hooks
from opchat_core.model import Charge, MessageKey, Pace, Rate
from opchat_core.ports import Sender, Store

_log = logging.getLogger(__name__)

_SHOWN_AT_ONCE = 4
"""How many times one process tells Telegram at once that somebody writes; more is not worth the threads."""


class Courier:
    """Sends what is queued. Any number may run beside each other, in any number of processes.

    Args:
        store: Where the queue is.
        senders: How to reach Telegram, by bot type.
        lease: How long one attempt may take.
        max_age: How long an answer may wait before it fails as ``expired``.
        pace: How fast answers may leave, shared with every other courier of the store.
        hooks: Whom to tell of attempts and of what becomes of answers.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        *,
        lease: timedelta = LEASE,
        max_age: timedelta = MAX_AGE,
        pace: Pace = PACE,
        hooks: Hooks | None = None,
    ) -> None:
        self.hooks = hooks or Hooks()
        self._store = store
        self._senders = dict(senders)
        self._post = Post(store, senders, lease=lease, max_age=max_age, pace=pace, hooks=self.hooks)
        self._ask_again: dict[str, float] = {}
        self._sweep_again = 0.0
        self._look_again = 0.0
        self._showing = BoundedSemaphore(_SHOWN_AT_ONCE)

    def deferring(self, store: Store) -> Courier:
        """Make a courier to the same bots that leaves what is queued to the workers: it may not be committed yet."""
        return _DeferringCourier(store, self._senders)

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
            groups = self._post.claim(bot_type, limit=1, user_id=user_id)
            if not groups and self._resume(bot_type):
                groups = self._post.claim(bot_type, limit=1, user_id=user_id)
            if not groups:
                return
            for group in groups:
                self._post.send(group)
                seq = group[-1].message.seq

    def deliver_change(self, key: MessageKey) -> None:
        """Do at Telegram what an operator wants of a message, if that is due."""
        for change in self._post.change(key.bot_type, limit=1, key=key):
            change()

    def show_typing(self, user_id: int, bot_type: str) -> None:
        """Let the user see that somebody writes, at most every four seconds whoever asks; beside everything else."""
        sender = self._senders.get(bot_type)
        if sender is None or not self._showing.acquire(blocking=False):
            return
        charge = Charge.of(Rate(1, TYPING), "typing", bot_type, str(user_id))

        def show() -> None:
            try:
                sender.show_typing(user_id)
            finally:
                self._showing.release()

        try:
            shown = self._store.charge([charge]) > timedelta(0)
        except BaseException:
            self._showing.release()
            raise
        if shown:
            self._showing.release()
        else:
            Thread(target=show, name="opchat-typing", daemon=True).start()

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
                groups = self._post.claim(bot_type, limit=free)
                under_way |= {pool.submit(self._post.send, group) for group in groups}
        if len(under_way) < workers and monotonic() >= self._look_again:
            # Changes are tried at once by whoever wants them: those that are left can wait for their turn.
            self._look_again = monotonic() + IDLE.total_seconds()
            for bot_type in self._senders:
                changes = self._post.change(bot_type, limit=workers)
                under_way |= {pool.submit(change) for change in changes}
            self._sweep()
        return len(under_way) > before

    def _sweep(self) -> None:
        """Erase files that nobody will send any more, now and then."""
        if monotonic() >= self._sweep_again:
            self._sweep_again = monotonic() + SWEEP.total_seconds()
            if swept := self._store.sweep_files(orphaned=ORPHANED, kept=KEPT):
                _log.info("delivery.files_swept", extra={"files": swept})

    def _next_due(self) -> timedelta:
        """How long there is nothing to do; asks whether a paused bot may go on."""
        waits = [IDLE]
        for bot_type in self._senders:
            if not self._store.is_paused(bot_type):
                due = self._store.next_due(bot_type)
                waits.append(IDLE if due is None else due)
            elif monotonic() >= self._ask_again.get(bot_type, 0):
                self._ask_again[bot_type] = monotonic() + PAUSE.total_seconds()
                waits.append(timedelta(0) if self._resume(bot_type) else IDLE)
        return max(min(waits), MIN_PAUSE)

    def _resume(self, bot_type: str) -> bool:
        """Let a bot whose token was refused send again if Telegram accepts the token now; True if it does.

        The queue stays as it is meanwhile: asking costs nothing, while an attempt would fail an answer.
        """
        if not self._store.is_paused(bot_type) or not self._senders[bot_type].is_authorized():
            return False
        self._store.resume(bot_type)
        _log.info("delivery.resumed", extra={"bot_type": bot_type})
        return True


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
