"""Doing the same thing at the same moment, many times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def at_once(count: int, call: Callable[[int], Result]) -> list[Result]:
    """Call a function in so many threads, all set off together; the results by number."""
    barrier = Barrier(count)

    def run(number: int) -> Result:
        barrier.wait(30)
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return [future.result(60) for future in [pool.submit(run, number) for number in range(count)]]
