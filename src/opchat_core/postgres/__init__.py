"""PostgreSQL: the only home of psycopg."""

from opchat_core.postgres.borrowed import HostPool, borrow
from opchat_core.postgres.database import Database, lend, open_pool
from opchat_core.postgres.legacy import LegacyChat, LegacyTables, legacy_tables
from opchat_core.postgres.listen import Listener
from opchat_core.postgres.migrate import migrate, pending
from opchat_core.postgres.notify import Notifier
from opchat_core.postgres.repository import PostgresRepository
from opchat_core.postgres.shelf import DirectoryShelf
from opchat_core.postgres.survey import OLDEST_VERSION, ServerSurvey, survey

__all__ = [
    "OLDEST_VERSION",
    "Database",
    "DirectoryShelf",
    "HostPool",
    "LegacyChat",
    "LegacyTables",
    "Listener",
    "Notifier",
    "PostgresRepository",
    "ServerSurvey",
    "borrow",
    "legacy_tables",
    "lend",
    "migrate",
    "open_pool",
    "pending",
    "survey",
]
