"""The page of guarantees names a test for each fault, and each test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/guarantees.md"


def promised() -> dict[int, list[str]]:
    """The names in the last column of the table, by the number of the fault."""
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    return {int(number): re.findall(r"`(test_\w+)`", names) for number, names in rows}


def written() -> set[str]:
    """The names of all tests of faults."""
    trees = [ast.parse(path.read_text()) for path in (ROOT / "tests/faults").glob("test_*.py")]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {node.name for node in functions if node.name.startswith("test_")}


def test_each_named_test_is_written() -> None:
    """The 23 faults are all on the page, and no test is promised that nobody wrote."""
    table = promised()
    assert list(table) == list(range(1, 24))
    assert {name for names in table.values() for name in names} <= written()
