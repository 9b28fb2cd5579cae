"""One attempt: claimed under a lease, taken to Telegram, and its result stored, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby
from threading import Event
from time import monotonic
from typing import TypeGuard

from opchat_core.delivery.pauses import STORING_PAUSES, backoff
from opchat_core.errors import Unavailable
from opchat_core.hooks import Attempt, Hooks
from opchat_core.model import Deferred, FailureCode, Message, MessageKey, Outcome, Pace, Refused
from opchat_core.ports import Parcel, Sender, Store

_log = logging.getLogger(__name__)

Group = Sequence[Parcel]
"""What leaves together: a message, or an album."""


class Post:
    """Makes attempts, with answers and with changes of them. Thread-safe.

    Args:
        store: Where the queue is.
        senders: How to reach Telegram, by bot type.
        lease: How long one attempt may take.
        max_age: How long an answer may wait before it fails as ``expired``.
        pace: How fast answers may leave.
        hooks: Whom to tell of attempts and of what becomes of answers.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        *,
        lease: timedelta,
        max_age: timedelta,
        pace: Pace,
        hooks: Hooks,
    ) -> None:
        self._hooks = hooks
        self._store = store
        self._senders = dict(senders)
        self._lease = lease
        self._max_age = max_age
        self._pace = pace

    def claim(self, bot_type: str, *, limit: int, user_id: int | None = None) -> list[Group]:
        """Take what is due, at most one message or album a chat."""
        changed = self._store.claim(
            bot_type, limit=limit, lease=self._lease, max_age=self._max_age, pace=self._pace, user_id=user_id
        )
        for parcel in changed:
            self._hooks.on_delivery.tell(parcel.message)
        taken = (parcel for parcel in changed if parcel.message.is_under_way)
        return [list(group) for _, group in groupby(taken, key=lambda parcel: parcel.message.user_id)]

    def send(self, group: Group) -> None:
        """Take a message or album to Telegram."""
        began = monotonic()
        outcomes = list(self._senders[group[0].message.bot_type].send(group))
        took = timedelta(seconds=monotonic() - began)
        # It may be what another bot calls the file, or Telegram has forgotten it: the bytes are still here.
        misnamed = [
            parcel.file.number
            for parcel, outcome in zip(group, outcomes, strict=True)
            if parcel.file and parcel.file.known_file_id and _is_rejected(outcome)
        ]
        if misnamed:  # nor is the rest of an album to blame for it
            outcomes = [Deferred(outcome.error) if _is_rejected(outcome) else outcome for outcome in outcomes]
        for parcel, outcome in zip(group, outcomes, strict=True):
            self._hooks.on_attempt.tell(Attempt(parcel.message, outcome, took))
        self._keep(group[0].message.key, lambda: self._complete(group, outcomes, misnamed))

    def _complete(self, group: Group, outcomes: Sequence[Outcome], misnamed: Sequence[int]) -> bool:
        for number in misnamed:
            self._store.forget_file_id(group[0].message.bot_type, number)
        if len(group) == 1:
            stored = self._complete_in(self._store, group, outcomes)
        else:
            with self._store.together() as store:  # one answer of Telegram's, one commit
                stored = self._complete_in(store, group, outcomes)
        for message in filter(None, stored):
            self._hooks.on_delivery.tell(message)
        return all(stored)

    @staticmethod
    def _complete_in(store: Store, group: Group, outcomes: Sequence[Outcome]) -> list[Message | None]:
        # The last one tells what it says of the bot: whoever holds its row, which all need, must wait for nobody.
        return [
            store.complete(parcel.message, outcome, wait=backoff(_attempts(parcel.message)), learns=parcel is group[-1])
            for parcel, outcome in zip(group, outcomes, strict=True)
        ]

    def change(self, bot_type: str, *, limit: int, key: MessageKey | None = None) -> list[Callable[[], None]]:
        """Take changes that are due, or that of one message; each is done by calling what is returned."""
        messages = self._store.claim_changes(bot_type, limit=limit, lease=self._lease, key=key)
        return [partial(self._change, message) for message in messages]

    def _change(self, message: Message) -> None:
        wanted = message.pending_change
        if wanted is not None:
            outcome = self._senders[message.bot_type].change(message, wanted)
            wait = backoff(wanted.attempts)
            self._keep(message.key, lambda: self._store.complete_change(message, outcome, wait=wait))

    def _keep(self, key: MessageKey, store: Callable[[], object]) -> None:
        """Store a result, trying for a while when the store is away: it is the only witness of what happened."""
        for pause in (*STORING_PAUSES, None):
            try:
                stored = store()
            except Unavailable as error:
                _log.warning("delivery.result_not_stored", extra={"key": key, "reason": str(error)})
                if pause is None:
                    raise
                Event().wait(pause)
            else:
                if not stored:
                    _log.warning("delivery.result_too_late", extra={"key": key})
                return


def _attempts(message: Message) -> int:
    return message.delivery.attempts if message.delivery else 0


def _is_rejected(outcome: Outcome) -> TypeGuard[Refused]:
    return isinstance(outcome, Refused) and outcome.error.code == FailureCode.MESSAGE_REJECTED
