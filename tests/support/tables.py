"""Everything that a database holds, to tell whether something has left a trace."""

from __future__ import annotations

import psycopg
from psycopg import sql

#: What passes by itself: hints for live screens, in a ring of rows that nothing reads twice, and allowances of callers
#: and bots; and what never does: the log of what people did.
_ELSEWHERE = {"changes", "rate_limits", "bots", "audit_log"}


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table of the schema, as text in order, by the table's name."""
    with psycopg.connect(url) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'opchat' ORDER BY 1")
        ]
        return {
            name: [
                row
                for (row,) in connection.execute(
                    sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier("opchat", name))
                )
            ]
            for name in names
            if name not in _ELSEWHERE
        }
