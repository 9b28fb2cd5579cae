"""The page on dependencies and the lock leave none out and name none that is gone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def requirements() -> set[tuple[str, str]]:
    """The name of each requirement of ``pyproject.toml``, and which versions it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        declared += extra
    for group in project["dependency-groups"].values():
        declared += [entry for entry in group if isinstance(entry, str)]
    parts = (re.fullmatch(r"([A-Za-z0-9-]+)(?:\[[a-z,]+\])?(.*)", requirement) for requirement in declared)
    return {(part[1], part[2]) for part in parts if part and part[1] != "opchat"}


def test_page_names_each_dependency_and_no_other() -> None:
    """Whoever adds a dependency says on the page why it is worth having, and whoever drops one takes it out."""
    names = {name for name, _ in requirements()}

    page = (ROOT / "docs/explanation/dependencies.md").read_text()
    cells = re.findall(r"^\| ([a-z0-9][a-z0-9, -]+) \|", page, re.MULTILINE)
    told = {name for cell in cells for name in cell.split(", ")} - {"package"}

    assert told == names


def test_lock_has_what_is_required_from_the_public_index() -> None:
    """``uv lock`` was run after the last change of a requirement, and names no index that others cannot reach."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    own = next(package for package in packages if package["name"] == "opchat")["metadata"]
    locked = [*own["requires-dist"], *(entry for group in own["requires-dev"].values() for entry in group)]

    assert {(entry["name"], entry.get("specifier", "")) for entry in locked} == requirements()
    sources = {source for package in packages for source in package["source"].values()}
    assert sources == {"https://pypi.org/simple", "."}
