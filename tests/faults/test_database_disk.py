"""PostgreSQL's disk is full, and then there is room again."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.support.accounts import give, unprivileged
from tests.support.deadline import eventually
from tests.support.installation import Installation, insist, reply
from tests.support.ledgers import Ledgers
from tests.support.postgres_cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator

POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
USERS = range(1, 6)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster on a disk of its own, of 128 MB, which only the superuser can make."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk is the superuser's business")
    with tempfile.TemporaryDirectory(prefix="opchat-disk-") as name:
        disk = Path(name) / "disk"
        Path(name).chmod(0o755)
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(disk)]
        if subprocess.run(mount, check=False).returncode != 0:
            pytest.skip("this machine lets nobody mount a small disk")
        try:
            give(disk, unprivileged())
            disk.chmod(0o700)
            made = Cluster(POSTGRES_15, disk, settings=("max_wal_size=32MB", "min_wal_size=32MB"))
            made.create()
            made.start()
            try:
                yield made
            finally:
                made.stop()
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_told_and_waited_for(processes: Processes, simulator: Simulator, cluster: Cluster) -> None:
    """The API says 503 and Telegram keeps what users write; once there is room, all goes on by itself."""
    installation, ledgers = Installation(processes, simulator, cluster.url), Ledgers(simulator, cluster.url)
    installation.serve()
    bot = installation.bot()
    ledgers.write_round(USERS)
    eventually(ledgers.saved_all, within=30)
    with installation.operator() as operator:
        ballast = cluster.data.parent / "ballast"
        _fill_disk(ballast)
        _fill_pages(cluster.url)
        for _ in range(20):
            ledgers.write_round(USERS)
        bot.wait_for_line("bot.api_away.*503")
        refused = reply(operator, 1, "out late", clientMessageId="out late")
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert operator.get("/api/operator-chats").status_code == 200  # reading goes on
        assert simulator.pending_updates() > 0
        ballast.unlink()
        assert insist(operator, 1, "out late").status_code == 201
    eventually(lambda: not simulator.pending_updates(), within=60, what="the confirmation of everything")
    eventually(ledgers.settled, within=60, what="the end of every answer")
    ledgers.assert_agree()
    assert "Traceback" not in bot.output()


def _fill_disk(ballast: Path) -> None:
    """Write until there is no room."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            return


def _fill_pages(url: str) -> None:
    """Use up the room that the table of messages has already, so that the next one needs a new page."""
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(1, 10_000):
            try:
                connection.execute(
                    "INSERT INTO opchat.chat_messages (user_id, bot_type, seq, direction, verified, message_type,"
                    " message_text, created_at, revision) VALUES (1, 'ballast', %s, 'in', true, 'text', '', now(), 0)",
                    [number],
                )
            except psycopg.errors.DiskFull:
                return
    raise AssertionError("the disk is not full")
