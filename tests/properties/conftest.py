"""Everything here is a property: long, and run by `nox -s properties`."""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this directory."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.properties)
