"""Examples at the end of a command's ``--help``."""

from __future__ import annotations

_VERBATIM = "\b"  # click's mark of a paragraph whose lines stay as they are


def examples(*lines: str) -> str:
    """Make the epilog of a command out of command lines."""
    return "\n".join([_VERBATIM, "Examples:", *(f"  {line}" for line in lines)])
