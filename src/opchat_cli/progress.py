"""Showing how far long work has come, where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(label: str, *, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error while the context lasts, if that is a terminal; a pipe or a file gets nothing.

    Args:
        label: What is done.
        total: How many steps it has.

    Yields:
        A function to call after each step.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=True) as bar:
        yield lambda: bar.update(1)
