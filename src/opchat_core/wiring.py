"""Putting the parts together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from opchat_core.cache import DiskCache, default_directory
from opchat_core.config import TELEGRAM_API_URL, Config
from opchat_core.delivery import Courier
from opchat_core.embedded import default_data_dir, embedded_postgres
from opchat_core.errors import MediaGone
from opchat_core.hooks import Hooks
from opchat_core.media import MediaLibrary
from opchat_core.model import OPERATOR, Message, ReopenRule
from opchat_core.ports import Clock, Sender, Store
from opchat_core.postgres import (
    Database,
    DirectoryShelf,
    HostPool,
    Listener,
    Notifier,
    PostgresRepository,
    borrow,
    lend,
    migrate,
    open_pool,
)
from opchat_core.service import OperatorChat
from opchat_core.telegram import TelegramFiles, TelegramSender

SELFTEST = "selftest"
"""The bot type of checks against a running installation: it sends through the operator bot, and no operator sees it."""


def connect(
    database_url: str | None = None,
    *,
    bot_token: str | None = None,
    telegram_api_url: str = TELEGRAM_API_URL,
    data_dir: Path | None = None,
    reopen: ReopenRule | None = None,
    pool: HostPool | None = None,
    sender: Sender | None = None,
    clock: Clock | None = None,
) -> OperatorChat:
    """Open an operator chat: connect to its database and bring the schema up to date.

    Args:
        database_url: A PostgreSQL connection string or URL for libpq, PostgreSQL 15 or newer; None starts an embedded
            PostgreSQL in ``data_dir``, which several processes may share (needs the extra ``embedded``).
        bot_token: The operator bot's token; None: messages are received and read, but sending raises
            :class:`~opchat_core.errors.TelegramNotConfigured`.
        telegram_api_url: The Bot API server.
        data_dir: Home of the embedded database; None for the platform's user data directory.
        reopen: Whether a new message of the user reopens a closed chat; always by default.
        pool: Your own pool of psycopg connections to that database, in place of one of opchat's; you close it.
            One more connection is opened to bring up the schema, and one while somebody listens for changes.
        sender: Takes answers to Telegram in your way, in place of the Bot API with ``bot_token``.
        clock: Tells the time, in place of the database's clock, which all processes share.

    Returns:
        The chat; use it as a context manager, or call its ``close()``.

    Raises:
        DatabaseUnavailable: If the database cannot be reached.

    Example:
        ::

            with connect("postgresql:///shop", bot_token="123:abc") as chat:
                chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
                chat.reply(42, "On its way!")
    """
    return connect_config(
        Config(
            bot_token=bot_token,
            database_url=database_url,
            data_dir=data_dir,
            telegram_api_url=telegram_api_url,
            reopen=reopen or ReopenRule(),
        ),
        pool=pool,
        sender=sender,
        clock=clock,
    )


def file_cache(config: Config) -> DiskCache:
    """Make the cache of the files of messages that a configuration describes."""
    return DiskCache(config.media_cache_dir or default_directory(), config.media_cache_mb * 1024 * 1024)


def _media(config: Config, store: Store, opened: ExitStack) -> MediaLibrary:
    """Make what opens files of messages."""

    def outgoing(message: Message, sink: BinaryIO) -> None:
        number = store.find_file(message.key)
        if number is None:
            raise MediaGone("The file of this answer is not kept any more.")
        sink.writelines(store.read_file(number))

    cache = file_cache(config)
    if config.bot_token is None:
        return MediaLibrary(cache, outgoing=outgoing)
    files = TelegramFiles(config.bot_token, config.telegram_api_url)
    opened.callback(files.close)
    return MediaLibrary(cache, {OPERATOR: files, SELFTEST: files}, outgoing=outgoing)


@contextmanager
def database_of(config: Config) -> Iterator[str]:
    """Have the database of a configuration at hand for as long as the context lasts: its connection string.

    Raises:
        ConfigError: If an embedded PostgreSQL is wanted and not installed.
        DatabaseUnavailable: If the embedded PostgreSQL cannot be started.
    """
    if config.database_url:
        yield config.database_url
        return
    with embedded_postgres(config.data_dir or default_data_dir()) as url:
        yield url


def connect_config(
    config: Config,
    *,
    migrated: bool = False,
    pool: HostPool | None = None,
    sender: Sender | None = None,
    clock: Clock | None = None,
) -> OperatorChat:
    """Open the operator chat that a configuration describes.

    Args:
        config: The settings.
        migrated: The schema is known to be up to date, or shall stay as it is: don't touch it.
        pool: As for :func:`connect`.
        sender: As for :func:`connect`.
        clock: As for :func:`connect`.

    Raises:
        DatabaseUnavailable: If the schema is to be brought up to date and the database cannot be reached.
    """
    hooks = Hooks()
    with ExitStack() as opened:
        database_url = opened.enter_context(database_of(config))
        if not migrated:
            migrate(database_url)
        if pool is None:
            own_pool = open_pool(database_url)
            opened.callback(own_pool.close)
            database = Database(lend(own_pool, hooks.on_pool))
        else:
            database = Database(borrow(pool))
        notifier = Notifier(database)
        opened.callback(notifier.close)
        feed = Listener(database_url)
        opened.callback(feed.close)
        shelf = DirectoryShelf(config.files_dir) if config.files_dir else None
        store = PostgresRepository(database, clock=clock, changed=notifier.changed, shelf=shelf)
        if sender is None and config.bot_token:
            sender = telegram = TelegramSender(config.bot_token, config.telegram_api_url)
            opened.callback(telegram.close)
        senders = {OPERATOR: sender, SELFTEST: sender} if sender else {}
        return OperatorChat(
            store,
            Courier(store, senders, hooks=hooks),
            feed,
            media=_media(config, store, opened),
            config=config,
            on_close=opened.pop_all().close,
        )
    raise AssertionError  # pragma: no cover - ExitStack swallows nothing
