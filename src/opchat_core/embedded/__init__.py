"""A real PostgreSQL of opchat's own, for when ``DATABASE_URL`` is unset.

Any number of processes may use one data directory beside each other: the first starts the server, the others find it,
the last one to leave stops it, and the next starts it again over the same data. Who uses the server, and whether any
process of it lives, is told by kernel locks alone, never by files of process ids: a lock ends with its holders,
however these end (:mod:`~opchat_core.embedded.locks`). When every user was killed at once, a small process beside the
server stops it (:mod:`~opchat_core.embedded.keeper`).

The server listens on a Unix socket and on no network port. It asks for no password: whoever may enter the socket's
directory, that is the user of the operating system who started it and the superuser, may do everything in it.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError

from opchat_core.embedded.binaries import missing_extra, postgres_binaries
from opchat_core.embedded.cluster import Cluster, create
from opchat_core.embedded.locks import shared, waiting
from opchat_core.embedded.server import ensure_running, stop_unless_used
from opchat_core.errors import DatabaseUnavailable

__all__ = ["default_data_dir", "embedded_postgres", "has_data"]


def default_data_dir() -> Path:
    """The platform's directory for data of the user, such as ``~/.local/share/opchat``.

    Raises:
        ConfigError: The ``embedded`` extra is not installed.
    """
    try:
        platformdirs = importlib.import_module("platformdirs")
    except ImportError as error:
        raise missing_extra() from error
    return Path(platformdirs.user_data_dir("opchat"))


@contextmanager
def embedded_postgres(data_dir: Path) -> Iterator[str]:
    """Keep the PostgreSQL of a data directory running for as long as the context lasts.

    The first use of a directory makes the database, which takes about a second; later ones start the server in about
    a tenth of one. A child that this process forks inside the context keeps the server, too, for as long as it lives.

    Args:
        data_dir: Home of the data and of the server's log, made when it is missing; its path may be long. In a
            process of the superuser, whom PostgreSQL refuses, the server runs as the account ``postgres`` or
            ``nobody``, and the directories above this one and above the installed binaries are made passable (not
            readable) for others.

    Yields:
        The ``DATABASE_URL`` of the database ``opchat``, in UTF-8.

    Raises:
        ConfigError: The ``embedded`` extra is not installed.
        DatabaseUnavailable: The server cannot be started here; the message says why.
    """
    binaries = postgres_binaries()
    home = data_dir.expanduser().absolute()
    with _translated(home):
        cluster = Cluster.at(home, binaries)
        users = shared(cluster.users_lock)
    try:
        with users:
            with _translated(home), waiting(cluster.start_lock):
                create(cluster)
                ensure_running(cluster)
            yield cluster.url
    finally:
        stop_unless_used(cluster)


@contextmanager
def _translated(home: Path) -> Iterator[None]:
    """Say what the operating system refused in the words of opchat."""
    try:
        yield
    except (OSError, SubprocessError) as error:
        raise DatabaseUnavailable(f"the embedded PostgreSQL in {home} cannot be started: {error}") from error


def has_data(data_dir: Path) -> bool:
    """Whether an embedded PostgreSQL was ever made in a data directory."""
    return (data_dir.expanduser() / "postgres").is_dir()
