"""Everything here is a property: long, and run by `nox -s properties`."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

_HERE = Path(__file__).parent

# How long an example takes says more about the machine than about the property.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this directory."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.properties)
