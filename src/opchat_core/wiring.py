"""Putting the parts together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from opchat_core.config import TELEGRAM_API_URL, Config
from opchat_core.delivery import Courier
from opchat_core.embedded import default_data_dir, embedded_postgres
from opchat_core.model import OPERATOR, ReopenRule
from opchat_core.postgres import Database, Listener, Notifier, PostgresRepository, lend, migrate, open_pool
from opchat_core.service import OperatorChat
from opchat_core.telegram import TelegramSender

SELFTEST = "selftest"
"""The bot type of checks against a running installation: it sends through the operator bot, and no operator sees it."""


def connect(
    database_url: str | None = None,
    *,
    bot_token: str | None = None,
    telegram_api_url: str = TELEGRAM_API_URL,
    data_dir: Path | None = None,
    reopen: ReopenRule | None = None,
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
        )
    )


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


def connect_config(config: Config, *, migrated: bool = False) -> OperatorChat:
    """Open the operator chat that a configuration describes.

    Args:
        config: The settings.
        migrated: The schema is known to be up to date, or shall stay as it is: don't touch it.

    Raises:
        DatabaseUnavailable: If the schema is to be brought up to date and the database cannot be reached.
    """
    with ExitStack() as opened:
        database_url = opened.enter_context(database_of(config))
        if not migrated:
            migrate(database_url)
        pool = open_pool(database_url)
        opened.callback(pool.close)
        database = Database(lend(pool))
        notifier = Notifier(database)
        opened.callback(notifier.close)
        feed = Listener(database_url)
        opened.callback(feed.close)
        store = PostgresRepository(database, changed=notifier.changed)
        senders = {}
        if config.bot_token:
            sender = TelegramSender(config.bot_token, config.telegram_api_url)
            opened.callback(sender.close)
            senders = {OPERATOR: sender, SELFTEST: sender}
        return OperatorChat(store, Courier(store, senders), feed, config=config, on_close=opened.pop_all().close)
    raise AssertionError  # pragma: no cover - ExitStack swallows nothing
