"""The demo: one command and no settings, from the first start to the last trace."""

from __future__ import annotations

import os
import re
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.deadline import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes, RunningProcess


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory for temporary files; not pytest's own, which other runs of pytest close to the server's account."""
    with tempfile.TemporaryDirectory(prefix="opchat-tests-") as name:
        yield Path(name)


def test_both_sides_of_a_chat(processes: Processes, home: Path) -> None:
    """A visitor signs in by the link, sees the samples, answers Anna, and her phone shows the answer."""
    demo = start(processes, home)
    phone, dashboard, link = places(demo)
    with httpx.Client(base_url=dashboard, headers={"Origin": dashboard}, follow_redirects=True) as visitor:
        assert visitor.get("/api/operator-chats").status_code == 401
        assert visitor.get(link).url.path == "/dashboard/operator-chats"
        chats = eventually_list(visitor, 3)
        anna = next(chat["user"] for chat in chats if chat["user"]["firstName"] == "Anna")
        path = f"/api/users/{anna['userId']}/operator-chat"
        answer = visitor.post(path, json={"messageText": "It left today."})
        assert answer.json()["message"]["delivery"]["status"] == "sent"
    shown = httpx.get(f"{phone}/simulator/users/{anna['userId']}/messages").text
    assert "It left today." in shown
    assert httpx.get(link).status_code == 403  # it was good once
    started = time.monotonic()
    assert demo.terminate(within=10) == 0
    assert time.monotonic() - started < 10
    assert left_in(home) == []


def test_is_no_installation(processes: Processes, home: Path) -> None:
    """It looks at no setting, takes other ports where its own are taken, says so, and ends by Ctrl-C."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        demo = start(
            processes,
            home,
            f"--port={taken}",
            f"--simulator-port={taken}",
            DATABASE_URL="postgresql://127.0.0.1:1/nowhere",
            OPERATOR_BOT_TOKEN="malformed",
            OPCHAT_DATA_DIR=str(home / "precious"),
        )
        _, dashboard, _ = places(demo)
    assert demo.stderr.read_text().count(f"Port {taken} is taken") == 2
    assert httpx.get(f"{dashboard}/readyz").status_code == 200
    assert not (home / "precious").exists()
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait(10) == 0
    assert "Traceback" not in demo.output()
    assert left_in(home) == []


def test_ended_while_it_starts(processes: Processes, home: Path) -> None:
    """Told to end before everything is up, it tidies up as well."""
    demo = start(processes, home)
    demo.wait_for_line("Starting PostgreSQL")
    demo.terminate(within=10)
    assert left_in(home) == []


def start(processes: Processes, directory: Path, *arguments: str, **environment: str) -> RunningProcess:
    """Start the demo with its temporary files in a directory, so that a test sees what it leaves."""
    temporary = directory / "tmp"
    temporary.mkdir()
    command = arguments or ("--port=3701", "--simulator-port=8701")
    return processes.opchat("demo", *command, environment={"TMPDIR": str(temporary), **environment})


def places(demo: RunningProcess) -> tuple[str, str, str]:
    """Where to click: the phone, the dashboard, and the link that signs in."""
    link = demo.wait_for_line(r"The dashboard: +(\S+)", within=60)[1]
    phone = demo.wait_for_line(r"The user's phone: +(http://[^/]+)/")[1]
    return phone, link.partition("/login")[0], link


def eventually_list(visitor: httpx.Client, count: int) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = []

    def look() -> bool:
        found[:] = visitor.get("/api/operator-chats").json()["chats"]
        return len(found) == count

    eventually(look, within=20, what=f"{count} chats")
    return found


def left_in(directory: Path) -> list[str]:
    """Files left behind, and processes that name the directory in their command line."""
    files = [path.name for path in (directory / "tmp").iterdir()]
    mine = re.compile(re.escape(os.fsencode(directory / "tmp")))
    commands = [path for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return files + [str(path) for path in commands if mine.search(read(path))]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # it ended while we looked
