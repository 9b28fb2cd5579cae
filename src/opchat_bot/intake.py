"""Takes updates in: each is stored by the API first, and then handed to the Application's handlers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from telegram import Bot, Update
from telegram.ext import Application

from opchat_bot.api_client import NOT_HERE, ApiClient, Refusal
from opchat_bot.convert import MESSAGE_PATH, ApiCall, Reading, read_update
from opchat_bot.raw import in_words, update_id
from opchat_bot.unsaved import Unsaved
from opchat_core.model import OPERATOR

_log = logging.getLogger(__name__)

MAX_USERS = 32
"""How many users' messages are stored side by side."""


class SavedUpdate(Update):
    """An update that the API has stored; everything else about it is as in any other."""

    __slots__ = ()


class Intake:
    """Takes updates in, in the order of each user, users side by side.

    An update is stored at least once, and the API recognises a message that it has by its number, or by that of its
    update (scheduled messages, kinds unknown to us). Handlers see an update at most once:
    not again when an earlier life of the process has stored it.

    Args:
        api: Where they are stored.
        application: Whose handlers see them afterwards: through ``application.update_queue``, so that a slow or failing
            handler keeps no message from being stored.
        bot_type: The bot that got them.
        foreign_kinds: Kinds of updates that the handlers asked for and that are not stored.
        unsaved: Where to note what is under way, for whoever reports how far behind the bot is.
    """

    def __init__(
        self,
        api: ApiClient,
        application: Application[Any, Any, Any, Any, Any, Any],
        *,
        bot_type: str = OPERATOR,
        foreign_kinds: Iterable[str] = (),
        unsaved: Unsaved | None = None,
    ) -> None:
        self._api = api
        self._application = application
        self._bot_type = bot_type
        self._foreign_kinds = frozenset(foreign_kinds)
        self._unsaved = unsaved or Unsaved()

    async def take(self, update: object) -> None:
        """Take one update in; when this returns, Telegram may forget it.

        Args:
            update: The decoded JSON, of whatever shape.
        """
        self._unsaved.begin(update)
        parsed = parse(update, self._application.bot)
        await self._take(update, self._read(update), parsed)

    async def take_batch(self, updates: Iterable[object]) -> None:
        """Take updates in; when this returns, Telegram may forget all of them."""
        queues: dict[int | None, list[tuple[object, Reading, SavedUpdate | None]]] = {}
        for update in updates:
            self._unsaved.begin(update)
            parsed = parse(update, self._application.bot)
            reading = self._read(update)
            queues.setdefault(reading.user_id, []).append((update, reading, parsed))
        room = asyncio.Semaphore(MAX_USERS)

        async def work(queue: list[tuple[object, Reading, SavedUpdate | None]]) -> None:
            async with room:
                for update, reading, parsed in queue:
                    await self._take(update, reading, parsed)

        async with asyncio.TaskGroup() as group:
            for queue in queues.values():
                group.create_task(work(queue))

    def _read(self, update: object) -> Reading:
        return read_update(update, bot_type=self._bot_type, foreign_kinds=self._foreign_kinds)

    async def _take(self, update: object, reading: Reading, parsed: SavedUpdate | None) -> None:
        news = await store(self._api, update, reading)
        self._unsaved.end(update)
        if news and parsed is not None:
            await self._application.update_queue.put(parsed)


async def store(api: ApiClient, update: object, reading: Reading) -> bool:
    """Have the API store what an update means, and log in full what nobody can store.

    Returns:
        Whether this is news; False when it was stored before, in an earlier life of this process.
    """
    number = update_id(update)
    if reading.lost:
        _log.error("bot.update_of_nobody", extra={"update_id": number, "update": in_words(update)})
    if reading.call is None:
        _log.debug("bot.update_not_stored", extra={"update_id": number})
        return True
    answer = await api.hand_in(reading.call)
    if isinstance(answer, Refusal) and reading.call.instead is not None:
        _log.warning("bot.update_stored_raw", extra={"update_id": number, **_why(answer)})
        answer = await api.hand_in(ApiCall(MESSAGE_PATH, reading.call.instead()))
    if isinstance(answer, Refusal):
        if answer.code in NOT_HERE:  # somebody who has never written has blocked the bot
            _log.debug("bot.update_not_stored", extra={"update_id": number, **_why(answer)})
        else:
            _log.error("bot.update_refused", extra={"update_id": number, **_why(answer), "update": in_words(update)})
        return True
    _log.debug("bot.update_saved", extra={"update_id": number, "known": answer.known})
    return not answer.known


def parse(update: object, bot: Bot | None) -> SavedUpdate | None:
    """Have python-telegram-bot read an update; None when it cannot."""
    if not isinstance(update, dict):
        return None
    try:
        return SavedUpdate.de_json(update, bot)  # type: ignore[return-value] # it is declared to make a plain Update
    except Exception as error:  # noqa: BLE001 - it raises whatever its code stumbles over in foreign JSON
        _log.warning("bot.update_unreadable", extra={"update_id": update_id(update), "reason": repr(error)})
        return None


def _why(refusal: Refusal) -> dict[str, Any]:
    return {"status": refusal.status, "code": refusal.code, "detail": refusal.detail}
