"""Tells the API how the bot fares, so that `opchat doctor`, ``/readyz`` and the dashboard's keeper know of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from opchat_bot.api_client import ApiClient
from opchat_bot.unsaved import Unsaved
from opchat_core.model import OPERATOR
from opchat_core.model.health import BEHIND, BotMode
from opchat_core.model.wire import iso_time

_log = logging.getLogger(__name__)

REPORT = 30.0
"""Seconds between two reports; a conflict is told at once."""


class Reporter:
    """Reports every half minute while the bot runs.

    A report that cannot be handed in is given up: the next one says more. That the API is away is in the log of the
    bot, and the API sees by the age of the last report that none has come.

    Args:
        bot: An initialized bot, which is asked how many updates wait.
        api: Whom to tell.
        unsaved: What could not be stored yet.
        mode: How the bot gets its updates.
        bot_type: Which bot it is.
        every: Seconds between two reports.
    """

    def __init__(
        self,
        bot: Bot,
        api: ApiClient,
        unsaved: Unsaved,
        mode: BotMode,
        *,
        bot_type: str = OPERATOR,
        every: float = REPORT,
    ) -> None:
        self._bot = bot
        self._api = api
        self._unsaved = unsaved
        self._mode = mode
        self._bot_type = bot_type
        self._every = every
        self._conflict = False
        self._news = asyncio.Event()

    def conflict(self) -> None:
        """Note that another bot polls with this one's token."""
        self._conflict = True
        self._news.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Report for as long as the context lasts."""
        reporting = asyncio.create_task(self._run())
        try:
            yield
        finally:
            reporting.cancel()
            await asyncio.wait({reporting})

    async def _run(self) -> None:
        while True:
            self._news.clear()
            await self._report()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._news.wait()

    async def _report(self) -> None:
        pending, oldest = await self._pending(), self._unsaved.oldest_made_at()
        if oldest is not None and (age := datetime.now(UTC) - oldest) > BEHIND:
            seconds = round(age.total_seconds())
            _log.error("bot.behind", extra={"seconds": seconds, "oldest": iso_time(oldest), "pending": pending})
        conflict, self._conflict = self._conflict, False
        report: dict[str, Any] = {
            "botType": self._bot_type,
            "mode": self._mode.value,
            "pendingUpdates": pending,
            "oldestUnsavedAt": iso_time(oldest),
            "conflict": conflict,
        }
        if not await self._api.report(report):
            self._conflict |= conflict
            _log.debug("bot.report_not_taken")

    async def _pending(self) -> int | None:
        """How many updates wait with Telegram; None when it does not say."""
        try:
            return (await self._bot.get_webhook_info()).pending_update_count
        except TelegramError:
            return None
