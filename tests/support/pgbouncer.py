"""PgBouncer in transaction mode in front of a PostgreSQL server, as many companies run it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from tests.support.accounts import give, run_as, unprivileged
from tests.support.deadline import eventually

# Debian keeps it among the daemons, which are not on every user's path.
_SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
_CONFIGURATION = """\
[databases]
* = {server}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {directory}
auth_type = any
pool_mode = {pool_mode}
default_pool_size = 8
max_client_conn = 200
"""
_PORT = 6432


class PgBouncer:
    """A PgBouncer of our own that can be paused and killed. Its end is its owner's business.

    It listens on a Unix socket only, so no port of the machine can be in its way.

    Args:
        database_url: The database behind it.
        directory: For its configuration, log and socket.
        pool_mode: When a connection of the server goes back to the others.
    """

    def __init__(self, database_url: str, directory: Path, *, pool_mode: str = "transaction") -> None:
        executable = shutil.which("pgbouncer", path=_SEARCH)
        if executable is None:
            raise FileNotFoundError("pgbouncer is not installed: `apt-get install pgbouncer`, or let nox do it")
        parameters = conninfo_to_dict(database_url)
        self._account = _account(str(parameters.get("host", "")))
        self._directory = directory
        give(directory, self._account)
        configuration = directory / "pgbouncer.ini"
        server = " ".join(
            f"{key}={parameters[key]}" for key in ("host", "port", "user", "password") if parameters.get(key)
        )
        settings = {"server": server, "port": _PORT, "directory": directory, "pool_mode": pool_mode}
        configuration.write_text(_CONFIGURATION.format(**settings))
        give(configuration, self._account)
        self._command = [executable, str(configuration)]
        self._process: subprocess.Popen[bytes] | None = None
        path = f"{parameters.get('user', '')}@/{parameters['dbname']}"
        self.url = f"postgresql://{path}?host={quote(str(directory), safe='')}&port={_PORT}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self._directory / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._command, stdout=output, stderr=subprocess.STDOUT, cwd=self._directory, **run_as(self._account)
            )
        self._process = process
        eventually(lambda: _answers(self.url, process, log), what="PgBouncer's answer")

    def pause(self) -> None:
        """Let every query wait, as for a restart of the server."""
        self._signal(signal.SIGUSR1)

    def resume(self) -> None:
        """Let queries go on."""
        self._signal(signal.SIGUSR2)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self._signal(signal.SIGKILL)
        self.wait()
        (self._directory / f".s.PGSQL.{_PORT}").unlink()

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self.wait()

    def wait(self) -> None:
        """Wait for its end."""
        if self._process is not None:
            self._process.wait(timeout=10)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


@contextmanager
def running_pgbouncer(database_url: str, *, pool_mode: str = "transaction") -> Iterator[PgBouncer]:
    """A PgBouncer that runs before a database, until the context ends."""
    with tempfile.TemporaryDirectory(prefix="opchat-pgbouncer-") as name:
        bouncer = PgBouncer(database_url, Path(name), pool_mode=pool_mode)
        bouncer.start()
        try:
            yield bouncer
        finally:
            bouncer.stop()


@contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """The URL by which to reach a database through a PgBouncer of our own."""
    with running_pgbouncer(database_url) as bouncer:
        yield bouncer.url


def _account(host: str) -> pwd.struct_passwd | None:
    """The server's own account when it listens on a socket in a directory closed to others."""
    if os.geteuid() == 0 and host.startswith("/") and (owner := Path(host).stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    return unprivileged()


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"PgBouncer ended with status {process.returncode}:\n{log.read_text()}")
    try:
        with psycopg.connect(url, prepare_threshold=None, autocommit=True) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
