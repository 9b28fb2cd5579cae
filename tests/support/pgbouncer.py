"""PgBouncer in transaction mode in front of a PostgreSQL server, as many companies run it."""

from __future__ import annotations

import os
import pwd
import shutil
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
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
"""
_PORT = 6432


@contextmanager
def pgbouncer(database_url: str) -> Iterator[str]:
    """The URL by which to reach that same database through a PgBouncer of our own.

    It listens on a Unix socket only, so no port of the machine can be in its way.
    """
    executable = shutil.which("pgbouncer", path=_SEARCH)
    if executable is None:
        raise FileNotFoundError("pgbouncer is not installed: `apt-get install pgbouncer`, or let nox do it")
    parameters = conninfo_to_dict(database_url)
    account = _account(str(parameters.get("host", "")))
    with tempfile.TemporaryDirectory(prefix="opchat-pgbouncer-") as name:
        directory = Path(name)
        give(directory, account)
        configuration = directory / "pgbouncer.ini"
        server = " ".join(
            f"{key}={parameters[key]}" for key in ("host", "port", "user", "password") if parameters.get(key)
        )
        configuration.write_text(_CONFIGURATION.format(server=server, port=_PORT, directory=directory))
        give(configuration, account)
        log = directory / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [executable, configuration], stdout=output, stderr=subprocess.STDOUT, cwd=name, **run_as(account)
            )
        try:
            path = f"{parameters.get('user', '')}@/{parameters['dbname']}"
            url = f"postgresql://{path}?host={quote(name, safe='')}&port={_PORT}"
            eventually(lambda: _answers(url, process, log), what="PgBouncer's answer")
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _account(host: str) -> pwd.struct_passwd | None:
    """The server's own account when it listens on a socket in a directory closed to others."""
    if os.geteuid() == 0 and host.startswith("/") and (owner := Path(host).stat().st_uid) != 0:
        return pwd.getpwuid(owner)
    return unprivileged()


def _answers(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"PgBouncer ended with status {process.returncode}:\n{log.read_text()}")
    try:
        with psycopg.connect(url, prepare_threshold=None) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
