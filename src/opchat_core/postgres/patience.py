"""How long a statement is waited for when nothing comes back."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

STATEMENT_LIMIT = timedelta(seconds=10)
"""How long one step of a statement may take, as this side sees it.

The server's own limits do not help when nothing reaches it: a paused PgBouncer, a frozen machine, a firewall that
forgets. What the statement did is then unknown, and its repetition is recognised by its key.
"""

_CANCEL = 1.0  # seconds for telling the server that nobody waits for a statement any more

Result = TypeVar("Result")


class LimitedConnection(Connection[Any]):
    """A connection on which nothing takes longer than :data:`STATEMENT_LIMIT`; it is closed then."""

    def wait(self, gen: Generator[Any, Any, Result], *args: Any, **kwargs: Any) -> Result:
        """Wait for psycopg to be done with a step, as every statement does."""
        try:
            return super().wait(_limited(gen), *args, **kwargs)
        except _OutOfTime:
            # Whoever waits for a lock would go on waiting in the server.
            self.cancel_safe(timeout=_CANCEL)
            self.close()
            raise


class _OutOfTime(psycopg.OperationalError):
    """The limit of a statement has passed."""


def _limited(step: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """Pass on what psycopg waits for and what became ready; it asks every tenth of a second while nothing does."""
    end = monotonic() + STATEMENT_LIMIT.total_seconds()
    try:
        wanted = next(step)
        while True:
            ready = yield wanted
            if not ready and monotonic() > end:
                raise _OutOfTime("the database has not answered in time")
            wanted = step.send(ready)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        step.close()
