"""Checks as steps: each timed, told in one line, and stopped by what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import click
from attrs import define, field

from opchat_cli.group import explain
from opchat_cli.output import mark, to_json
from opchat_core.errors import OpchatError


class StepFailed(Exception):
    """A step did not come out as it should; the text says how, and what to do."""


@define
class Step:
    """One step of a check.

    Attributes:
        name: What is tried.
        result: What came of it, in a word: a status, a version.
        seconds: How long it took.
        wrong: What is wrong; None when all is well.
    """

    name: str
    result: int | str = ""
    seconds: float = 0.0
    wrong: str | None = None


@define
class Steps:
    """The steps of one check, told while they happen.

    Attributes:
        as_json: Tell them as one JSON object at the end instead.
        taken: Those that were taken.
    """

    as_json: bool
    taken: list[Step] = field(factory=list)

    @property
    def good(self) -> bool:
        """Whether all is well so far."""
        return all(step.wrong is None for step in self.taken)

    @contextmanager
    def __call__(self, name: str) -> Iterator[Step]:
        """Take a step.

        Raises:
            StepFailed: If it fails, after it was told.
        """
        step = Step(name)
        started = perf_counter()
        try:
            yield step
        except OpchatError as error:
            step.wrong = explain(error)
            raise StepFailed(step.wrong) from error
        except StepFailed as error:
            step.wrong = str(error)
            raise
        finally:
            step.seconds = perf_counter() - started
            self.taken.append(step)
            if not self.as_json:
                click.echo(_line(step))

    def conclude(self) -> int:
        """Tell the outcome; the exit status."""
        failed = sum(step.wrong is not None for step in self.taken)
        if self.as_json:
            click.echo(to_json({"ok": self.good, "steps": [_to_json(step) for step in self.taken]}))
        elif failed:
            click.echo(f"{failed} of {len(self.taken)} steps failed.")
        else:
            click.echo(f"All {len(self.taken)} steps passed.")
        return 0 if self.good else 1


def expect(*, that: bool, otherwise: str) -> None:
    """Go on only when something is as it should be.

    Raises:
        StepFailed: With the words of ``otherwise``, if it is not.
    """
    if not that:
        raise StepFailed(otherwise)


def _line(step: Step) -> str:
    took = f"{step.seconds * 1000:7.1f} ms"
    told = f"{mark(good=step.wrong is None)} {took}  {step.name}"
    told += f"  {click.style(str(step.result), dim=True)}" if step.result else ""
    return told if step.wrong is None else f"{told}\n    {click.style(step.wrong, fg='red')}"


def _to_json(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "ok": step.wrong is None,
        "milliseconds": round(step.seconds * 1000, 1),
        "result": step.result,
        "wrong": step.wrong,
    }
