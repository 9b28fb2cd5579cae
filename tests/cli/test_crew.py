"""What runs beside each other in one program: it ends together, in time, and with what went wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.processes import Processes

PROGRAM = """
from opchat_cli import crew
from opchat_cli.log import log_to_stderr
from opchat_core.errors import ConfigError
from threading import Event

def job(stop):
    {job}

log_to_stderr(20)
crew.unwind_on_sigterm()
crew.GRACE = 1.0
team = crew.Crew()
try:
    with team.running():
        team.add("first", lambda stop: stop.wait())
        team.add("second", job)
        print("running", flush=True)
        team.wait()
except ConfigError as error:
    print("ended:", error, flush=True)
else:
    print("ended well", flush=True)
"""


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        ("raise ConfigError('no token')", "ended: no token\n"),
        ("return", "ended well\n"),  # a job that is over is no reason to go on without it
    ],
)
def test_one_end_is_the_end_of_all(processes: Processes, job: str, outcome: str) -> None:
    """When one job ends, at once or by an error of ours, the program ends, and tells which error it was."""
    program = processes.python("-c", PROGRAM.format(job=job))
    assert program.wait() == 0
    assert program.stdout.read_text().endswith(outcome)
    assert "program.job_ended job=second" in program.stderr.read_text()


@pytest.mark.accident
def test_a_mistake_of_ours_is_shown(processes: Processes) -> None:
    """An error that nobody foresaw ends the program, with its traceback in the log."""
    program = processes.python("-c", PROGRAM.format(job="1 / 0"))
    assert program.wait() == 1
    assert "program.job_broken job=second" in program.stderr.read_text()
    assert "ZeroDivisionError" in program.stderr.read_text()


def test_who_does_not_end_is_left_behind(processes: Processes) -> None:
    """A job that does not listen is given its time, and the process ends without it."""
    program = processes.python("-c", PROGRAM.format(job="Event().wait()"))
    program.wait_for_line("running")
    started = time.monotonic()
    assert program.terminate(within=10) == 0
    assert 0.9 < time.monotonic() - started < 5
    assert "program.cut_short jobs=opchat-second" in program.stderr.read_text()
