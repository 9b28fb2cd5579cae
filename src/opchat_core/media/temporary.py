"""A cache that keeps nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import BinaryIO


class TemporaryFiles:
    """A :class:`~opchat_core.ports.FileCache` whose files are gone when they are closed."""

    def find(self, name: str) -> BinaryIO | None:  # noqa: ARG002 - a cache is asked by name
        """Find nothing."""
        return None

    def open(self, name: str, fetch: Callable[[BinaryIO], None]) -> BinaryIO:  # noqa: ARG002 - the same
        """Fetch a file for this once."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
        try:
            fetch(file)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def remove(self, names: Iterable[str]) -> None:
        """Drop nothing."""
