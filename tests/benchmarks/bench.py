"""What the benchmarks stand on: a server, data of any size, and programs that run beside each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from tests.support.ports import free_port
from tests.support.processes import Processes, RunningProcess

from opchat_core import Config
from opchat_core.postgres import migrate
from opchat_core.postgres.scratch import scratch_database

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

HERE = Path(__file__).parent
TOKEN = "123456:benchmark"
PROOF = Config(bot_token=TOKEN).ingest_token or ""
HEAVY = 4
"""The user with the long chat, where there is one."""


class Bench:
    """One run of the benchmarks.

    Args:
        server_url: A PostgreSQL where scratch databases may be made.
        directory: For what programs write.
        quick: Less of everything.
    """

    def __init__(self, server_url: str, directory: Path, *, quick: bool) -> None:
        self.quick = quick
        self.seconds = 1.5 if quick else 3.0
        self.rounds = 2 if quick else 3
        self.many = 100_000 if quick else 1_000_000
        self.server_url = server_url
        self.directory = directory
        self.processes = Processes(directory)
        self._opened = ExitStack()
        self.data = cache(self._data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.processes.stop_all()
        self._opened.close()

    def _data(self, chats: int, use: str = "reading") -> str:
        """The URL of a database with so many chats: few with 50 messages each, many with ten and one with 200,000.

        Args:
            chats: How many.
            use: Who writes to it; another use has another database.
        """
        del use  # it only tells the cache
        url = self._opened.enter_context(scratch_database(self.server_url))
        migrate(url)
        each, heavy = (50, 50) if chats <= 1000 else (2 if self.quick else 10, 200_000)
        filling = (HERE / "datasets.sql").read_text()
        for name, value in (("chats", chats), ("each", each), ("heavy", heavy)):
            filling = filling.replace(f"{{{name}}}", str(value))
        with psycopg.connect(url, autocommit=True) as connection:
            indexes = connection.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'opchat' AND indexname !~ '_pkey$' "
                "AND tablename IN ('users', 'user_data', 'chat_messages')"
            ).fetchall()
            for name, _ in indexes:
                connection.execute(f"DROP INDEX opchat.{name}".encode())
            connection.execute(filling.encode())
            for _, definition in indexes:  # all at once is much quicker than row by row
                connection.execute(definition.encode())
            connection.execute((HERE / "reference" / "schema.sql").read_bytes())
            connection.execute("VACUUM ANALYZE")
        return url

    def settings(self, url: str) -> dict[str, str]:
        """The environment of a program on a database."""
        return {"DATABASE_URL": url, "OPERATOR_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": "http://127.0.0.1:9"}

    def serve(self, url: str) -> tuple[int, RunningProcess]:
        """Run ``opchat serve`` on a database; its port, and the program."""
        port = free_port()
        running = self.processes.opchat("serve", f"--port={port}", environment=self.settings(url))
        running.wait_for_url(f"http://127.0.0.1:{port}/readyz")
        return port, running

    def flask(self, url: str) -> int:
        """Run the reference's statements in Flask, on granian as opchat is; its port."""
        port = free_port()
        target = "tests.benchmarks.reference.flask_app:application"
        self.processes.python(
            *("-m", "granian", "--interface", "wsgi", "--factory", "--no-log", "--port", str(port)),
            *("--blocking-threads", "32", "--working-dir", str(HERE.parents[1]), target),
            environment=self.settings(url),
        )
        _await_port(port)
        return port

    def node(self, url: str) -> int | None:
        """Run the reference; its port, or None where there is no Node or its driver cannot be had."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            return None
        there = self.directory / "reference"
        shutil.copytree(HERE / "reference", there, dirs_exist_ok=True)
        quiet = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        if subprocess.run([npm, "install", *quiet], cwd=there, check=False, capture_output=True).returncode:
            return None
        port = free_port()
        self.processes.start(node, str(there / "server.mjs"), str(port), environment=self.settings(url))
        _await_port(port)
        return port

    def python(self, module: str, *arguments: object, environment: dict[str, str] | None = None) -> str:
        """Run a module of the benchmarks to its end; what it printed."""
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
        )
        return done.stdout


def one(connection: psycopg.Connection[Any], query: bytes) -> Any:
    """The one value of a query."""
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _await_port(port: int) -> None:
    import socket

    from tests.support.deadline import eventually

    def is_open() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(is_open, within=20, what=f"port {port}")
