"""The queue of updates that wait for one bot, with Telegram's rules about offsets.

The source of these rules is `Client::do_get_updates` of tdlib/telegram-bot-api and the Bot API's documentation.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from .values import Json

LIFETIME = timedelta(hours=24)
SIZE_LIMIT = 64 * 1024
FUTURE_TOLERANCE = 10  # an offset further ahead than this belongs to an older numbering


@frozen
class PendingUpdate:
    """An update that the bot has not confirmed yet.

    Attributes:
        update_id: Its number.
        body: The Bot API `Update` object.
        queued_at: When its 24 hours began.
        message: Chat id and message id of the message it brings, for the ticks; `None` for other updates.
    """

    update_id: int
    body: Json
    queued_at: datetime
    message: tuple[int, int] | None


class UpdateQueue:
    """Updates in the order they happened. Its owner guards it with a lock."""

    def __init__(self, first_id: int) -> None:
        self.next_id = first_id
        self._pending: list[PendingUpdate] = []

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, content: Json, *, now: datetime, message: tuple[int, int] | None = None) -> int:
        """Queue an update and return its number.

        An `update_id` in `content` is kept as it is, and the count goes on from there.

        Raises:
            ValueError: Its number is no integer, or it is over 64 KiB; Telegram's server drops such updates.
        """
        update_id = content.get("update_id", self.next_id)
        if type(update_id) is not int:
            raise ValueError("update_id must be an integer")
        body = {"update_id": update_id, **content}
        if len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")) > SIZE_LIMIT:
            raise ValueError("Telegram drops updates over 64 KiB, and so nothing was queued")
        self.next_id = update_id + 1
        self._pending.append(PendingUpdate(update_id, body, now, message))
        return update_id

    def head(self, limit: int) -> list[PendingUpdate]:
        """Return the oldest updates, at most `limit`."""
        return self._pending[:limit]

    def confirm(self, offset: int) -> list[PendingUpdate]:
        """Forget what `offset` confirms, and return it.

        A positive offset confirms every update with a lower number, unless it is ahead of all numbers given out by
        more than ten: then it comes from before the numbers went down, and confirms nothing. A negative offset keeps
        only that many updates. Zero confirms nothing.
        """
        if offset < 0:
            gone = self._pending[:offset]
        elif 0 < offset <= self.next_id + FUTURE_TOLERANCE:
            gone = [update for update in self._pending if update.update_id < offset]
        else:
            gone = []
        for update in gone:
            self._pending.remove(update)
        return gone

    def remove(self, update: PendingUpdate) -> bool:
        """Forget one update that a webhook has taken; `False` when it was gone already."""
        if update not in self._pending:
            return False
        self._pending.remove(update)
        return True

    def expire(self, now: datetime) -> None:
        """Forget what nobody fetched within 24 hours."""
        self._pending = [update for update in self._pending if now - update.queued_at < LIFETIME]

    def drop(self) -> None:
        """Forget everything (`drop_pending_updates`)."""
        self._pending.clear()
