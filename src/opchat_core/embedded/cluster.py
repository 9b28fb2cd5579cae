"""Where the embedded PostgreSQL keeps what, and how its data come into being."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from urllib.parse import quote

from attrs import frozen

from opchat_core.embedded.account import Account, make_passable, make_private_directory, server_account
from opchat_core.embedded.binaries import run

PORT = 5432
_ROLE = _DATABASE = "opchat"
#: The shortest of the limits: 104 bytes with the closing NUL on macOS, 108 on Linux.
_LONGEST_SOCKET_PATH = 103


@frozen
class Cluster:
    """One data directory and what belongs to it.

    Attributes:
        home: The data directory as the user named it; the server's own files are in ``postgres`` inside.
        binaries: Where the PostgreSQL programs are.
        account: Whom the server runs as, or None for this user.
    """

    home: Path
    binaries: Path
    account: Account | None

    @classmethod
    def at(cls, home: Path, binaries: Path) -> Cluster:
        """The cluster of a directory, which is made when it is missing.

        Raises:
            OSError: The directory cannot be made or opened up for the server's account.
        """
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        cluster = cls(home=home.resolve(), binaries=binaries, account=server_account(home / "postgres"))
        if cluster.account:
            make_passable(cluster.data)
            make_passable(binaries / "postgres")
        return cluster

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory; it exists only when it is complete."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server wrote since its start; what it wrote before is beside it, as ``.1``."""
        return self.home / "postgres.log"

    @property
    def users_lock(self) -> Path:
        """See :mod:`~opchat_core.embedded.locks`."""
        return self.home / "users.lock"

    @property
    def start_lock(self) -> Path:
        """See :mod:`~opchat_core.embedded.locks`."""
        return self.home / "start.lock"

    @property
    def server_lock(self) -> Path:
        """See :mod:`~opchat_core.embedded.locks`."""
        return self.home / "server.lock"

    @property
    def socket_directory(self) -> Path:
        """Where the server listens: in the data directory, or in ``/tmp`` when that makes too long a path.

        The name in ``/tmp`` is the same for every process, whatever its environment; the directory stays, empty, when
        the server has stopped.
        """
        inside = self.home / "socket"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
            return inside
        name = f"opchat-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:24]}"
        return Path("/tmp", name)  # noqa: S108 - refused unless private to the server's account

    @property
    def url(self) -> str:
        """The ``DATABASE_URL``; it names all that ``PG*`` variables would otherwise decide."""
        host = quote(str(self.socket_directory), safe="")
        return f"postgresql://{_ROLE}@/{_DATABASE}?host={host}&port={PORT}"


def create(cluster: Cluster) -> None:
    """Make the data and the database unless they exist; to be called under the start lock.

    Data are made under another name and renamed when complete, so a process killed half-way leaves no half of them.
    PostgreSQL's built-in locale makes upper and lower case right in every language, whatever the machine has installed.

    Raises:
        DatabaseUnavailable: A program of PostgreSQL failed.
    """
    if cluster.data.exists():
        return
    building = cluster.home / "postgres.new"
    if building.exists():
        shutil.rmtree(building)
    make_private_directory(building, cluster.account)
    initdb = [str(cluster.binaries / "initdb"), f"--pgdata={building}", f"--username={_ROLE}", "--auth=trust"]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    run([*initdb, *locale], account=cluster.account)
    single = [str(cluster.binaries / "postgres"), "--single", "-D", str(building), "-c", "exit_on_error=on"]
    run([*single, "template1"], account=cluster.account, text=f"CREATE DATABASE {_DATABASE}\n")
    building.rename(cluster.data)
    _make_durable(cluster.home)


def _make_durable(directory: Path) -> None:
    """Let the names in a directory survive a power cut, as PostgreSQL does for what is in its files."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
