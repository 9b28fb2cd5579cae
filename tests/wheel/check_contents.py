"""Looks into a built wheel: every file that Python does not import but the programs need must be in it."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

SOURCE = Path("src")
PACKAGES = ("opchat_core", "opchat_flask", "opchat_bot", "opchat_cli")


def expected() -> set[str]:
    """Every file of the packages in the checkout, by its name inside the wheel."""
    return {
        str(path.relative_to(SOURCE))
        for package in PACKAGES
        for path in (SOURCE / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def main(wheel: str) -> int:
    """Compare, and say what is missing; the exit status."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = expected() | {f"{package}/py.typed" for package in PACKAGES}
    missing = sorted(wanted - names)
    if missing:
        sys.stderr.write("the wheel lacks:\n" + "".join(f"  {name}\n" for name in missing))
        return 1
    kinds = sorted({Path(name).suffix for name in wanted})
    sys.stdout.write(f"{len(wanted)} files in place, of the kinds {' '.join(kinds)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
