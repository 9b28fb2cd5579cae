"""The one place that turns errors of psycopg into errors of this library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import psycopg_pool
from psycopg import errors as pg

from opchat_core.errors import DatabaseUnavailable, InvalidInput, PoolExhausted, SchemaOutdated

_log = logging.getLogger(__name__)

_MISSING = (pg.UndefinedTable, pg.UndefinedFunction, pg.UndefinedColumn, pg.InvalidSchemaName)
_UNHOLDABLE = {
    None,  # refused by psycopg or Python, before the server saw it
    pg.NumericValueOutOfRange.sqlstate,
    pg.CharacterNotInRepertoire.sqlstate,
    pg.UntranslatableCharacter.sqlstate,
}
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, pg.ReadOnlySqlTransaction)


@contextmanager
def translated() -> Iterator[None]:
    """Let only errors of :mod:`opchat_core.errors` out, but for those that are mistakes of this library.

    Raises:
        InvalidInput: If a value cannot be held by PostgreSQL at all: beyond 64 bits, with NUL, with a lone surrogate.
            The rules of the model say so more exactly; this is for values that no rule has seen.
        PoolExhausted: If no connection came free in time.
        SchemaOutdated: If the schema lacks what a query needs.
        DatabaseUnavailable: If the server is away, shuts down, is read-only, out of room or out of connections.
    """
    try:
        yield
    except psycopg_pool.TooManyRequests as error:
        raise PoolExhausted("Too many requests wait for a database connection.") from error
    except psycopg_pool.PoolTimeout as error:
        raise PoolExhausted("No database connection came free in time.") from error
    except (psycopg.DataError, UnicodeEncodeError) as error:
        if getattr(error, "sqlstate", None) not in _UNHOLDABLE:
            raise
        raise InvalidInput.of("value", "is one that the database cannot hold") from error
    except _MISSING as error:
        raise SchemaOutdated(
            "The database lacks this version's schema: run `opchat migrate`.", retry_after=timedelta(seconds=30)
        ) from error
    except _PASSING as error:
        # The server's words may name hosts and roles: they are for the log, not for whoever asked.
        _log.warning("database.unavailable", extra={"sqlstate": getattr(error, "sqlstate", None), "reason": str(error)})
        raise DatabaseUnavailable("The database cannot be reached or refuses the work for now.") from error
