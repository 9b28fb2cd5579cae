"""Allowances: used up, grown back, and shared by all, in either store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from opchat_core.model import Charge, Rate

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

SECOND = timedelta(seconds=1)
NOW = timedelta(0)
THREE_A_MINUTE = Rate(3, timedelta(minutes=1))
TEN_A_SECOND = Rate(10, SECOND)


def test_an_allowance_is_used_up_and_grows_back(store: Store, clock: MovableClock) -> None:
    """Three at once; then one for each twenty seconds that pass, and never more than three."""
    mine = [Charge.of(THREE_A_MINUTE, "user", "42")]
    assert [store.charge(mine) for _ in range(5)] == [NOW, NOW, NOW, 20 * SECOND, 20 * SECOND]
    clock.advance(19 * SECOND)
    assert store.charge(mine) == SECOND
    clock.advance(SECOND)
    assert [store.charge(mine) for _ in range(2)] == [NOW, 20 * SECOND]
    clock.advance(timedelta(days=1))
    assert [store.charge(mine) for _ in range(4)] == [NOW, NOW, NOW, 20 * SECOND]


def test_everybody_has_an_allowance_of_their_own(store: Store) -> None:
    """What one uses up, another still has; what kind of allowance it is makes a difference, too."""
    for whose in (("user", "42"), ("user", "43"), ("address", "42"), ("user", "4", "2"), ("user", "42\ud800\x00")):
        assert [store.charge([Charge.of(THREE_A_MINUTE, *whose)]) for _ in range(4)] == [NOW, NOW, NOW, 20 * SECOND]


def test_several_are_charged_together_or_not_at_all(store: Store) -> None:
    """Whoever is turned away for one allowance takes nothing from the others, which all need."""
    anna, all_of_us = Charge.of(THREE_A_MINUTE, "anna"), Charge.of(TEN_A_SECOND, "all")
    assert [store.charge([anna, all_of_us]) for _ in range(30)].count(NOW) == 3
    assert [store.charge([all_of_us]) for _ in range(8)] == [NOW] * 7 + [SECOND / 10]
    assert store.charge([]) == NOW


def test_an_allowance_is_made_whole(store: Store) -> None:
    """Who has proved themselves begins anew; who never was charged is none the worse."""
    mine = Charge.of(THREE_A_MINUTE, "login", "anna")
    store.acquit(mine)
    assert [store.charge([mine]) for _ in range(4)][-1] == 20 * SECOND
    store.acquit(mine)
    assert store.charge([mine]) == NOW
