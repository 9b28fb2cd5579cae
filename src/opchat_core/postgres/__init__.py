"""PostgreSQL: the only home of psycopg."""

from opchat_core.postgres.database import Database, lend, open_pool
from opchat_core.postgres.listen import Listener
from opchat_core.postgres.migrate import migrate, pending
from opchat_core.postgres.notify import Notifier
from opchat_core.postgres.repository import PostgresRepository

__all__ = ["Database", "Listener", "Notifier", "PostgresRepository", "lend", "migrate", "open_pool", "pending"]
