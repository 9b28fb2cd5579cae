"""A store in PostgreSQL, on the server's own clock as in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.stores import postgres_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opchat_core.postgres import PostgresRepository


@pytest.fixture
def store(clean_database: str) -> Iterator[PostgresRepository]:
    """An empty store with a pool of its own."""
    with postgres_store(clean_database) as repository:
        yield repository
