"""The python-telegram-bot Application of the operator bot, and how to join an existing one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, TypeHandler

from opchat_bot.api_client import ApiClient
from opchat_bot.buttons import acknowledge
from opchat_bot.convert import is_own_button, read_update
from opchat_bot.greetings import add_greetings
from opchat_bot.intake import SavedUpdate, store
from opchat_bot.raw import in_words, update_id
from opchat_core.config import Config
from opchat_core.errors import ConfigError, Unavailable
from opchat_core.telegram import RedactTokens

_log = logging.getLogger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

Hook = Callable[[AnyApplication], Coroutine[Any, Any, None]]

# They log addresses of the Bot API: httpx at INFO, python-telegram-bot at DEBUG.
_TALKATIVE = ("httpx", "telegram.Bot", "telegram.ext.ExtBot")
_MAX_WAITING = 1000  # updates that are stored and wait for handlers; then fetching waits, so that memory is bounded
_PATIENCE = 60.0  # seconds that a handler goes on trying; longer would keep python-telegram-bot from stopping


def build_application(config: Config, *, api: ApiClient | None = None, greet: bool = True) -> AnyApplication:
    """Make the operator bot's Application.

    Run it by :func:`opchat_bot.run_polling` or :func:`opchat_bot.run_webhook`: they let Telegram forget an update only
    when it is stored. ``application.run_polling()`` works too, with python-telegram-bot's weaker promise: what it holds
    in memory when it is killed is lost.

    Args:
        config: The installation; needs a bot token.
        api: The client to store by, which the caller closes; None for one of its own.
        greet: Whether to answer /start and /help.

    Raises:
        ConfigError: If there is no bot token.
    """
    if config.bot_token is None:
        raise ConfigError("OPERATOR_BOT_TOKEN is required to run the bot: BotFather gives it")
    _keep_token_out_of_logs()  # from the first moment: building it logs the address
    application = (
        ApplicationBuilder()
        .token(config.bot_token)
        .base_url(f"{config.telegram_api_url}/bot")
        .base_file_url(f"{config.telegram_api_url}/file/bot")
        .update_queue(asyncio.Queue(_MAX_WAITING))
        .build()
    )
    add_handlers(application, config, api=api, greet=greet, foreign_kinds=())
    return application


def add_handlers(
    application: AnyApplication,
    config: Config,
    *,
    api: ApiClient | None = None,
    group: int = -1,
    greet: bool = True,
    foreign_kinds: Collection[str] = ("callback_query",),
) -> None:
    """Let an existing Application hand what users write in private chats to opchat, beside its own handlers.

    Updates that come from :func:`opchat_bot.run_polling` or a :class:`opchat_bot.Webhook` are stored already and pass.

    Args:
        application: The Application to join.
        config: The installation.
        api: The client to store by, which the caller closes; None for one of its own, closed by ``post_shutdown``.
        group: The group of the handler that stores; other handlers of this group see nothing, so let it be its own.
        greet: Whether to answer /start and /help, in the group ``group + 1``; False where the Application does.
        foreign_kinds: Kinds of updates that the Application looks after by itself, by default buttons; those that
            opchat has sent are opchat's in any case.
    """
    _keep_token_out_of_logs()
    if api is None:
        api = ApiClient.from_config(config)
        application.post_shutdown = _closing(api, application.post_shutdown)
    client, foreign = api, frozenset(foreign_kinds)

    async def save(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if not isinstance(update, SavedUpdate):
            raw = update.to_dict()
            try:
                async with asyncio.timeout(_PATIENCE):
                    await store(client, raw, read_update(raw, foreign_kinds=foreign))
            except TimeoutError:
                _log.error("bot.update_lost", extra={"update_id": update_id(raw), "update": in_words(raw)})
                raise Unavailable(f"opchat's API could not be reached for {_PATIENCE:g} seconds") from None
        query = update.callback_query
        if query is not None and ("callback_query" not in foreign or is_own_button(query.data)):
            await acknowledge(query)

    application.add_handler(TypeHandler(Update, save), group)
    if greet:
        add_greetings(application, group=group + 1)


def _keep_token_out_of_logs() -> None:
    """Put a filter on the loggers themselves, so that it works whatever handlers the program has."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if not any(isinstance(one, RedactTokens) for one in logger.filters):
            logger.addFilter(RedactTokens())


def _closing(api: ApiClient, before: Hook | None) -> Hook:
    """Close the client after whatever else is to be done after the shutdown."""

    async def post_shutdown(application: AnyApplication) -> None:
        if before is not None:
            await before(application)
        await api.aclose()

    return post_shutdown
