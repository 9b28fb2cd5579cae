"""The page on dependencies leaves none out and names none that is gone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_names_each_dependency_and_no_other() -> None:
    """Whoever adds a dependency says on the page why it is worth having, and whoever drops one takes it out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        declared += extra
    for group in project["dependency-groups"].values():
        declared += [entry for entry in group if isinstance(entry, str)]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in declared} - {"opchat"}

    page = (ROOT / "docs/explanation/dependencies.md").read_text()
    cells = re.findall(r"^\| ([a-z0-9][a-z0-9, -]+) \|", page, re.MULTILINE)
    told = {name for cell in cells for name in cell.split(", ")} - {"package"}

    assert told == names
