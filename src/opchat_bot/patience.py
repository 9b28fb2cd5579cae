"""Trying again: how long to wait, what to wait for, and when to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any, TypeVar

from attrs import frozen
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from opchat_core.errors import ConfigError

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


@frozen
class Pauses:
    """Growing pauses for something that is tried until it works.

    Attributes:
        first: The first pause, in seconds; each next one is twice as long.
        most: The longest pause, in seconds.
    """

    first: float = 0.5
    most: float = 10.0

    def __iter__(self) -> Iterator[float]:
        pause = self.first
        while True:
            yield pause
            pause = min(pause * 2, self.most)


async def patiently(
    action: Callable[[], Coroutine[Any, Any, Result]],
    stop: asyncio.Event,
    pauses: Pauses,
    *,
    on_conflict: Callable[[], object] = lambda: None,
) -> Result | None:
    """Do something with Telegram, as often as it takes.

    Args:
        action: Called for every try.
        stop: When set, the try under way is cut and nothing more is tried.
        pauses: Between tries.
        on_conflict: Called whenever Telegram says that somebody else polls with this token.

    Returns:
        Its result, or None when stopped.

    Raises:
        ConfigError: If Telegram refuses the token.
    """
    trouble = ""
    for pause in pauses:
        if stop.is_set():
            return None
        wait = pause
        try:
            result = await unless_stopped(action(), stop)
        except (InvalidToken, EndPointNotFound):
            # Its text would show the token.
            raise ConfigError("OPERATOR_BOT_TOKEN is refused by Telegram: BotFather shows the present one") from None
        except RetryAfter as error:
            event, reason = "bot.telegram_busy", "429"
            asked = error.retry_after  # seconds, or a timedelta where PTB_TIMEDELTA asks for the future
            wait = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        except Conflict as error:
            # Somebody else polls, or a webhook is set. Coming back soon would only end the other one's call.
            event, reason, wait = "bot.conflict", str(error), pauses.most
            on_conflict()
        except (TelegramError, RecursionError) as error:
            event, reason = "bot.telegram_away", f"{type(error).__name__}: {error}"
        else:
            if trouble:
                _log.info("bot.telegram_back")
            return result
        if reason != trouble:
            trouble = reason
            _log.warning(event, extra={"reason": reason})
        await unless_stopped(asyncio.sleep(wait), stop)
    raise AssertionError("pauses never end")


async def unless_stopped(work: Coroutine[Any, Any, Result], stop: asyncio.Event) -> Result | None:
    """Await something, and cancel it when told to stop; None then."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
