"""Chats that nobody writes in any more are erased after a while, those idle longest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.stores import answer, receive

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

YEAR = timedelta(days=365)


def test_finds_the_chat_that_is_idle_longest(store: Store, clock: MovableClock) -> None:
    """Of any bot and status; one that is not old enough stays, and an answer counts as writing."""
    receive(store, 42)
    clock.advance(timedelta(days=1))
    receive(store, 43, bot_type="sales")
    receive(store, 44)
    clock.advance(YEAR - timedelta(hours=1))
    answer(store, 44)
    clock.advance(timedelta(minutes=1))

    found = []
    while idle := _erase_one(store):
        found.append(idle)
    assert found == [(42, "operator")]

    clock.advance(timedelta(hours=1))
    assert _erase_one(store) == (43, "sales")
    assert store.find_chat(44, "operator") is not None


def _erase_one(store: Store) -> tuple[int, str] | None:
    with store.together() as together:
        idle = together.lock_idle(idle_for=YEAR)
        if idle:
            together.forget_chat(*idle)
        return idle
