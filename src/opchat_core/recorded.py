"""Doing something and remembering who did it: both, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opchat_core.model import Action
from opchat_core.ports import Store


@contextmanager
def recorded(store: Store, action: Action, actor: str | None, subject: str) -> Iterator[Store]:
    """Lend the store for a transaction that ends with a record of the action; after an exception nothing happened.

    Args:
        store: The store.
        action: What is done.
        actor: Who does it.
        subject: To what or whom.
    """
    with store.together() as together:
        yield together
        together.record(action, actor=actor, subject=subject)
