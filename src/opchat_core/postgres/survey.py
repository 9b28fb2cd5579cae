"""What a server is like: for those who look after an installation."""

from __future__ import annotations

from attrs import frozen

from opchat_core.postgres.database import connect_once, is_pooled
from opchat_core.postgres.migrate import pending_on
from opchat_core.postgres.translation import translated

OLDEST_VERSION = 15
"""The oldest major version of PostgreSQL that opchat runs on."""


@frozen
class ServerSurvey:
    """What :func:`survey` found.

    Attributes:
        version: As the server tells it, such as ``15.14 (Debian 15.14-0+deb12u1)``.
        major: Its major version.
        pooled: Whether a pooler such as PgBouncer stands in between.
        pending: The steps that the schema lacks, by name.
    """

    version: str
    major: int
    pooled: bool
    pending: tuple[str, ...]


def survey(conninfo: str) -> ServerSurvey:
    """Look at a server and its schema without changing anything.

    Args:
        conninfo: For libpq, verbatim.

    Raises:
        ConfigError: If libpq cannot read the connection string.
        DatabaseUnavailable: If the server cannot be reached; the cause is what libpq says.
    """
    with connect_once(conninfo) as connection, translated():
        info = connection.info
        return ServerSurvey(
            version=info.parameter_status("server_version") or str(info.server_version),
            major=info.server_version // 10_000,
            pooled=is_pooled(connection),
            pending=tuple(pending_on(connection)),
        )
