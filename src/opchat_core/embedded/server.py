"""Starting the server of a cluster and stopping it, by what the locks say."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import IO

from opchat_core.embedded import keeper
from opchat_core.embedded.account import make_private_directory
from opchat_core.embedded.binaries import server_environment
from opchat_core.embedded.cluster import PORT, Cluster
from opchat_core.embedded.locks import immediate, shared
from opchat_core.errors import DatabaseUnavailable

#: After a crash the server replays its log before it answers; how long that may take, in seconds.
_START_TIMEOUT = 60.0
#: At its end the server writes what is only in memory yet; how long a user who leaves waits for that, in seconds.
_STOP_TIMEOUT = 20.0
_POLL = 0.02
_LOG_LINES = 5

_log = logging.getLogger(__name__)


def ensure_running(cluster: Cluster) -> None:
    """Return when the server answers; to be called under the start lock and a share of the users' lock.

    A server that is just dying (killed, or stopped by hand) is waited for and followed by a new one.

    Raises:
        DatabaseUnavailable: It cannot be started, or did not answer in time.
    """
    end = time.monotonic() + _START_TIMEOUT
    started = False
    while not _answers(cluster):
        lock = immediate(cluster.server_lock)
        if lock is not None:
            with lock:
                if started:
                    raise DatabaseUnavailable(f"the embedded PostgreSQL ended at once: {_last_words(cluster)}")
                _start(cluster, lock)
                started = True
        elif time.monotonic() > end:
            raise DatabaseUnavailable(f"the embedded PostgreSQL does not answer: {_last_words(cluster)}")
        time.sleep(_POLL)


def stop_unless_used(cluster: Cluster) -> None:
    """Stop the server if nobody else uses it, and return when all its processes have ended.

    To be called after this user's share of the users' lock was given back. A data directory that was removed meanwhile
    is no error: the keeper still stops the server.
    """
    with suppress(FileNotFoundError):
        users = immediate(cluster.users_lock)
        if users is None:
            # Others use it, and this ends at once, or the keeper is stopping it, and this ends when that is done.
            shared(cluster.users_lock).close()
            return
        with users:
            _stop(cluster)


def _answers(cluster: Cluster) -> bool:
    command = [str(cluster.binaries / "pg_isready"), "--quiet", "--timeout=3"]
    where = ["--host", str(cluster.socket_directory), "--port", str(PORT)]
    return subprocess.run([*command, *where], check=False, env=server_environment()).returncode == 0


def _start(cluster: Cluster, server_lock: IO[bytes]) -> None:
    """Start the keeper and the server, which inherit the server's lock."""
    # The lock says that no process of a server lives. Files that say otherwise are left from a power cut or a kill,
    # and PostgreSQL would believe them if the process id in them happened to be somebody else's by now.
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    make_private_directory(cluster.socket_directory, cluster.account)
    (cluster.socket_directory / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
    if cluster.log.exists():
        cluster.log.replace(cluster.log.with_name(f"{cluster.log.name}.1"))
    account = [] if cluster.account is None else [str(cluster.account.uid), str(cluster.account.gid)]
    descriptor = server_lock.fileno()
    with cluster.log.open("wb") as log:
        subprocess.run(
            [
                *(sys.executable, "-I", keeper.__file__),
                *(cluster.users_lock, str(descriptor), ",".join(account)),
                *_server_command(cluster),
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(descriptor,),
            start_new_session=True,  # Ctrl-C in the terminal of a user is not meant for the server
            cwd="/",
            env=server_environment(),
        )


def _server_command(cluster: Cluster) -> list[str]:
    sockets = str(cluster.socket_directory).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{sockets}"',
        "port": str(PORT),
        "cluster_name": "opchat",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Just after a checkpoint each message costs ten times as much log: every quarter of an hour is often enough.
        "checkpoint_timeout": "15min",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(cluster.binaries / "postgres"), "-D", str(cluster.data), *options]


def _stop(cluster: Cluster) -> None:
    """Ask the server for a fast shutdown until its lock is free; nobody uses it and nobody can start to."""
    end = time.monotonic() + _STOP_TIMEOUT
    while _lives(cluster):
        if time.monotonic() > end:
            _log.warning("embedded.still_stopping", extra={"home": str(cluster.home)})
            return
        with suppress(FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            # The first line is the process id; while the server starts or ends there may be none.
            os.kill(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
        time.sleep(_POLL)


def _lives(cluster: Cluster) -> bool:
    lock = immediate(cluster.server_lock)
    if lock is None:
        return True
    lock.close()
    return False


def _last_words(cluster: Cluster) -> str:
    lines = cluster.log.read_text(errors="replace").splitlines()
    return f"{' / '.join(lines[-_LOG_LINES:])} (more in {cluster.log})"
