"""The table of risks names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/security.md"


def test_each_risk_has_a_test_that_is_there() -> None:
    """Ten risks, in order; a test that is renamed or dropped is missed here."""
    rows = re.findall(r"^\| API(\d+) .*\| `(tests/[a-z_/]+\.py)::(test_\w+)` \|$", PAGE.read_text(), re.MULTILINE)
    assert [number for number, _, _ in rows] == [str(number) for number in range(1, 11)]
    missing = [f"{path}::{name}" for _, path, name in rows if f"def {name}(" not in (ROOT / path).read_text()]
    assert missing == []
