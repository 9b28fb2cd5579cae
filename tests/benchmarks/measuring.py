"""Figures, how they are taken, and the table that they make.

Machines differ and are noisy, so what counts are ratios of medians, taken in turn: A B A B, not A A B B.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from attrs import asdict, frozen


@frozen
class Figure:
    """Some measurements of the same thing.

    Attributes:
        median: Half of them are above.
        least: The least.
        most: The greatest.
    """

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """Sum up measurements."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:,.4g} ({self.least:,.4g} to {self.most:,.4g})"


@frozen
class Row:
    """A row of the table.

    Attributes:
        number: Which goal it is about.
        what: What was measured.
        goal: What it should be.
        measured: What it was.
        met: Whether that is good enough.
        figures: What it was made of.
    """

    number: int
    what: str
    goal: str
    measured: str
    met: bool
    figures: Mapping[str, Figure] = {}

    def to_json(self) -> dict[str, Any]:
        """Write it for programs."""
        return asdict(self)


def ratio(value: Figure | None, base: Figure | None) -> float:
    """How much one is of the other; not a number where one of them could not be measured."""
    return value.median / base.median if value and base and base.median else float("nan")


def take_turns(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Figure]:
    """Let each measure once, then each again; the first round only warms up."""
    values: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, measure in contestants.items():
            value = measure()
            if number:
                values[name].append(value)
    return {name: Figure.of(taken) for name, taken in values.items()}


def milliseconds(call: Callable[[], object], *, seconds: float = 0.5, most: int = 200) -> list[float]:
    """Time a call again and again, for so long or so often, after it has been called twice."""
    call()
    call()
    taken: list[float] = []
    end = perf_counter() + seconds
    while not taken or (perf_counter() < end and len(taken) < most):
        begin = perf_counter()
        call()
        taken.append((perf_counter() - begin) * 1000)
    return taken


def milliseconds_in_turn(calls: Mapping[str, Callable[[], object]], *, seconds: float = 3.0) -> dict[str, Figure]:
    """Time several calls in turn, again and again for so long, so that a moment's noise meets them all."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    end = perf_counter() + seconds
    while perf_counter() < end:
        for name, call in calls.items():
            begin = perf_counter()
            call()
            taken[name].append((perf_counter() - begin) * 1000)
    return {name: Figure.of(values) for name, values in taken.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(rows: Sequence[Row]) -> str:
    """Write rows as a table in Markdown."""
    lines = ["| # | what | goal | measured | |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.number} | {row.what} | {row.goal} | {row.measured} | {'met' if row.met else '**missed**'} |"
        for row in rows
    ]
    return "\n".join(lines)
