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
_PORT = 5432


class Cluster:
    """A cluster on a Unix socket, run as an unprivileged account when this is the superuser.

    Args:
        binaries: Where the programs of PostgreSQL are.
        directory: For its data, log and socket; belongs to the account.
        settings: Settings besides those of every throw-away cluster, ``name=value`` each.
    """

    def __init__(self, binaries: Path, directory: Path, *, settings: tuple[str, ...] = ()) -> None:
        self._binaries = binaries
        self._directory = directory
        self._settings = (*_SETTINGS, *settings)
        self._account = unprivileged()

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self._directory / "data"

    @property
    def socket(self) -> Path:
        """Its Unix socket."""
        return self._directory / f".s.PGSQL.{_PORT}"

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"postgresql://postgres@/postgres?host={quote(str(self._directory), safe='')}&port={_PORT}"

    @property
    def pid(self) -> int:
        """The process id of its first process, while it runs."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def create(self) -> None:
        """Make its data directory."""
        self.run(
            "initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8"
        )

    def copy_from(self, primary: Cluster, *, name: str) -> None:
        """Become a standby of a running cluster, known to it by a name."""
        where = f"host={primary._directory} port={_PORT} user=postgres application_name={name}"
        self.run("pg_basebackup", "-D", str(self.data), "-d", where, "-R", "-X", "stream", "-c", "fast", "-N")

    def start(self) -> None:
        """Start it, and wait until it can be connected to."""
        options = " ".join([f"-k {self._directory}", *(f"-c {setting}" for setting in self._settings)])
        self._pg_ctl("-l", str(self._directory / "log"), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``fast`` ends every connection, ``immediate`` also leaves recovery to the next start."""
        self._pg_ctl("-m", mode, "stop")

    def promote(self) -> None:
        """Make a standby the primary, and wait until it takes writes."""
        self._pg_ctl("promote")

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the cluster's account, without its output.

        To no pipe of ours: a server that it starts would hold that open.
        """
        command = [str(self._binaries / program), *arguments]
        done = run_as(self._account)
        subprocess.run(command, check=True, cwd=self._directory, stdout=subprocess.DEVNULL, **done)

    def _pg_ctl(self, *arguments: str) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-w", "-s", *arguments)


@contextmanager
def cluster_directory() -> Iterator[Path]:
    """A short-lived directory that the account of a cluster may write to."""
    with tempfile.TemporaryDirectory(prefix="opchat-postgres-") as name:
        give(Path(name), unprivileged())
        yield Path(name)


@contextmanager
def running_cluster(binaries: Path, *, settings: tuple[str, ...] = ()) -> Iterator[Cluster]:
    """A fresh cluster that runs, and is stopped at the end if it still does."""
    with cluster_directory() as directory:
        cluster = Cluster(binaries, directory, settings=settings)
        cluster.create()
        cluster.start()
        try:
            yield cluster
        finally:
            if (cluster.data / "postmaster.pid").exists():
                cluster.stop()


@contextmanager
def postgres_cluster(binaries: Path) -> Iterator[str]:
    """The URL of a fresh cluster that lasts as long as the context."""
    with running_cluster(binaries) as cluster:
        yield cluster.url


def main(binaries: str, *command: str) -> int:
    """Run a command against a cluster; its exit status."""
    with postgres_cluster(Path(binaries)) as url:
        return subprocess.run([*command, f"--database-url={url}"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
