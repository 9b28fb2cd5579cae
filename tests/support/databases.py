"""Scratch databases on the server of the test run, and emptying them between tests."""

from opchat_core.postgres.scratch import scratch_database, truncate

__all__ = ["scratch_database", "truncate"]
