"""A throw-away cluster of a PostgreSQL that the operating system installed, for as long as one command runs.

``python -m tests.support.postgres_cluster /usr/lib/postgresql/15/bin pytest tests`` runs the command with
``--database-url`` of the cluster appended, and ends with the command's exit status. It needs nothing but the standard
library.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.support.accounts import give, run_as, unprivileged

# Nothing here outlives the command, so nothing has to survive a power cut.
_SETTINGS = ("listen_addresses=", "fsync=off", "max_connections=200", "log_min_messages=warning")


@contextmanager
def postgres_cluster(binaries: Path) -> Iterator[str]:
    """The URL of a fresh cluster on a Unix socket, run as an unprivileged account when this is the superuser."""
    account = unprivileged()
    with tempfile.TemporaryDirectory(prefix="opchat-postgres-") as name:
        directory = Path(name)
        give(directory, account)
        data, log = directory / "data", directory / "log"

        def pg_ctl(*arguments: str) -> None:
            # Its output goes to no pipe of ours: the server would hold it open.
            command = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s", *arguments]
            subprocess.run(command, check=True, cwd=name, **run_as(account))

        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
        initdb += ["-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(initdb, check=True, cwd=name, stdout=subprocess.DEVNULL, **run_as(account))
        options = " ".join([f"-k {name}", *(f"-c {setting}" for setting in _SETTINGS)])
        pg_ctl("-l", str(log), "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={quote(name, safe='')}&port=5432"
        finally:
            pg_ctl("-m", "immediate", "stop")


def main(binaries: str, *command: str) -> int:
    """Run a command against a cluster; its exit status."""
    with postgres_cluster(Path(binaries)) as url:
        return subprocess.run([*command, f"--database-url={url}"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
