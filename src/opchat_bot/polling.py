"""The bot's own getUpdates loop: Telegram may forget an update only when the API has stored it.

python-telegram-bot's Updater moves the offset before the handlers are done, and stops at an update that it cannot
parse. This loop fetches raw JSON, has it stored, and then moves the offset; killed at any moment, it gets what it held
once more at the next start, and the API recognises what it has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from telegram import Bot
from telegram.error import TelegramError

from opchat_bot.convert import allowed_updates
from opchat_bot.intake import Intake
from opchat_bot.patience import Pauses, patiently, unless_stopped
from opchat_bot.raw import update_id

_log = logging.getLogger(__name__)

LONG_POLL = 30  # seconds; Telegram allows at most 50

# Becomes `getUpdates`. In the usual spellings python-telegram-bot warns that there is `Bot.get_updates`, which parses
# a whole batch or nothing.
_GET_UPDATES = "get_Updates"
_SPARE = 10.0  # seconds that the answer may take on top
_FAREWELL = 2.0  # seconds for the last word to Telegram


class Poller:
    """Fetches updates and hands them to an :class:`~opchat_bot.intake.Intake` until told to stop.

    Args:
        bot: An initialized bot.
        intake: Takes the updates in.
        stop: When set, the long poll is cut at once; what has been fetched is still taken in.
        also: Kinds of updates to fetch besides those of the operator chat.
        pauses: Between tries when Telegram is away.
        long_poll: Seconds that Telegram may hold a call while nothing comes, at most 50.
        on_conflict: Called whenever Telegram says that another bot polls with this token.
    """

    def __init__(
        self,
        bot: Bot,
        intake: Intake,
        stop: asyncio.Event,
        *,
        also: Sequence[str] = (),
        pauses: Pauses | None = None,
        long_poll: int = LONG_POLL,
        on_conflict: Callable[[], object] = lambda: None,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._stop = stop
        self._allowed = allowed_updates(also)
        self._pauses = pauses or Pauses()
        self._long_poll = long_poll
        self._on_conflict = on_conflict
        self._offset: int | None = None
        self._last: list[int] = []

    async def run(self) -> None:
        """Poll until stopped.

        Raises:
            ConfigError: If Telegram refuses the token.
        """
        while (updates := await self._next_batch()) is not None:
            if not updates:
                # Telegram has seen the offset. From now on it is better without: numbers may go down after a week of
                # silence, and an offset that is too high would confirm what nobody has seen.
                self._offset = None
                continue
            await self._intake.take_batch(updates)
            await self._move_offset(updates)
        await self._confirm()

    async def _next_batch(self) -> list[object] | None:
        return await patiently(self._fetch_batch, self._stop, self._pauses, on_conflict=self._on_conflict)

    async def _fetch_batch(self) -> list[object]:
        return await self._fetch(wait=self._long_poll, limit=100)

    async def _fetch(self, *, wait: int, limit: int) -> list[object]:
        found = await self._bot.do_api_request(
            _GET_UPDATES,
            {
                **({} if self._offset is None else {"offset": self._offset}),
                "timeout": wait,
                "limit": limit,
                "allowed_updates": self._allowed,
            },
            read_timeout=wait + _SPARE,
        )
        if not isinstance(found, list):
            raise TelegramError("getUpdates answered something else than a list")
        return found

    async def _move_offset(self, updates: list[object]) -> None:
        numbers = [number for update in updates if (number := update_id(update)) is not None]
        if numbers:
            # The last one, not the highest: they come in the order in which they happened, and numbers may go down.
            self._offset = numbers[-1] + 1
        if not numbers or numbers == self._last:
            # Telegram gives what it should have forgotten. Storing it again is harmless, doing so without end is not.
            _log.warning("bot.offset_ignored", extra={"offset": self._offset})
            await unless_stopped(asyncio.sleep(self._pauses.most), self._stop)
        self._last = numbers

    async def _confirm(self) -> None:
        """Tell Telegram the last offset, so that the next start does not get those updates again."""
        if self._offset is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL):
                await self._fetch(wait=0, limit=1)
        except (TimeoutError, TelegramError) as error:
            _log.debug("bot.offset_not_confirmed", extra={"reason": type(error).__name__})
