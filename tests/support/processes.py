"""Real programs in real processes, with their output kept and their end guaranteed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

#: What would make a program under test depend on the machine that it is tested on.
_FOREIGN = re.compile(r"OPCHAT_|PG|(DATABASE_URL|OPERATOR_BOT_TOKEN|API_BASE_URL|TELEGRAM_API_URL)$")
_POLL = 0.03


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without any setting of opchat or libpq, plus what is given."""
    inherited = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
    return {**inherited, "PYTHONUNBUFFERED": "1", **(extra or {})}


def opchat_command(*arguments: str) -> list[str]:
    """The ``opchat`` program of the environment that runs the tests, with arguments."""
    return [str(Path(sys.executable).with_name("opchat")), *arguments]


class RunningProcess:
    """One program under test.

    Attributes:
        process: The :class:`subprocess.Popen` behind it.
        stdout: The file its standard output goes to.
        stderr: The file its standard error goes to.
    """

    def __init__(self, command: list[str], *, directory: Path, environment: Mapping[str, str], name: str) -> None:
        self.stdout = directory / f"{name}.out"
        self.stderr = directory / f"{name}.err"
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=dict(environment), cwd=directory
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def output(self) -> str:
        """Everything written so far, standard output first."""
        return self.stdout.read_text() + self.stderr.read_text()

    def wait(self, timeout: float = 30.0) -> int:
        """Wait for the end; the exit status, negative for a signal."""
        return self.process.wait(timeout)

    def wait_for_line(self, pattern: str, *, within: float = 30.0) -> re.Match[str]:
        """Wait until the output has a match of the regular expression; the first one."""
        expression = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + within
        while True:
            ended = self.process.poll() is not None  # before reading, so that last words are not missed
            if match := expression.search(self.output()):
                return match
            self._insist(end, ended=ended, what=f"a line like {pattern!r}")

    def wait_for_url(self, url: str, *, within: float = 30.0, status: int = 200) -> httpx.Response:
        """Wait until the URL answers with that status; the answer."""
        end = time.monotonic() + within
        while True:
            ended = self.process.poll() is not None
            try:
                response = httpx.get(url, timeout=5.0)
            except httpx.TransportError:
                pass  # it does not listen yet
            else:
                if response.status_code == status:
                    return response
            self._insist(end, ended=ended, what=f"status {status} from {url}")

    def terminate(self, *, within: float = 15.0) -> int:
        """Ask it to end (SIGTERM), and insist (SIGKILL) when it does not; the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it without a chance to tidy up (SIGKILL); the exit status."""
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait()

    def _insist(self, end: float, *, ended: bool, what: str) -> None:
        if ended:
            raise AssertionError(f"ended with {self.process.returncode} before {what}; it wrote:\n{self.output()}")
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come in time; it wrote:\n{self.output()}")
        time.sleep(_POLL)


class Processes:
    """Starts programs and sees to it that none outlives the test.

    Attributes:
        started: All of them, the oldest first.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.started: list[RunningProcess] = []

    def start(self, *command: str, environment: Mapping[str, str] | None = None) -> RunningProcess:
        """Start any command with a clean environment plus the settings given."""
        running = RunningProcess(
            list(command),
            directory=self._directory,
            environment=clean_environment(environment),
            name=f"{len(self.started)}-{Path(command[0]).name}",
        )
        self.started.append(running)
        return running

    def opchat(self, *arguments: str, environment: Mapping[str, str] | None = None) -> RunningProcess:
        """Start ``opchat`` with arguments."""
        return self.start(*opchat_command(*arguments), environment=environment)

    def python(self, *arguments: str, environment: Mapping[str, str] | None = None) -> RunningProcess:
        """Start the Python that runs the tests with arguments."""
        return self.start(sys.executable, *arguments, environment=environment)

    def stop_all(self) -> None:
        """End what still runs, the youngest first, since it leans on the older ones."""
        for running in reversed(self.started):
            if running.process.poll() is None:
                running.terminate()
