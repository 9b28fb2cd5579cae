"""Who is in a chat: seen by the others, for a while, in either store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.stores import OPERATOR, receive

from opchat_core.model import Presence
from opchat_core.ports import Colleague

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

A_WHILE = timedelta(seconds=12)
VIEWING, TYPING = Presence.VIEWING, Presence.TYPING


def attend(store: Store, name: str, presence: Presence | None, user_id: int = 42) -> tuple[Colleague, ...]:
    return store.attend(user_id, OPERATOR, name, presence, lasting=A_WHILE)


def test_operators_see_each_other_and_not_themselves(store: Store) -> None:
    """By name, with what each does now; whoever leaves is gone at once."""
    receive(store)
    assert attend(store, "Olga", VIEWING) == ()
    assert attend(store, "Pavel", VIEWING) == (Colleague("Olga", VIEWING),)
    assert attend(store, "Anton", TYPING) == (Colleague("Olga", VIEWING), Colleague("Pavel", VIEWING))
    assert attend(store, "Olga", VIEWING) == (Colleague("Anton", TYPING), Colleague("Pavel", VIEWING))
    assert attend(store, "Anton", None) == (Colleague("Olga", VIEWING), Colleague("Pavel", VIEWING))
    assert attend(store, "Olga", VIEWING) == (Colleague("Pavel", VIEWING),)


def test_who_says_nothing_more_is_forgotten(store: Store, clock: MovableClock) -> None:
    """A browser that crashed says nothing; saying it again in time keeps one there."""
    receive(store)
    attend(store, "Olga", TYPING)
    attend(store, "Pavel", VIEWING)
    clock.advance(timedelta(seconds=8))
    attend(store, "Pavel", VIEWING)
    clock.advance(timedelta(seconds=4))
    assert attend(store, "Anton", None) == (Colleague("Pavel", VIEWING),)


def test_each_chat_has_its_own_and_none_without_a_chat(store: Store) -> None:
    """Being in one chat says nothing of another; where there is no chat nobody can be."""
    receive(store)
    receive(store, user_id=43)
    attend(store, "Olga", VIEWING)
    assert attend(store, "Pavel", VIEWING, user_id=43) == ()
    assert attend(store, "Olga", VIEWING, user_id=4242) == ()
    assert attend(store, "Pavel", VIEWING, user_id=4242) == ()


def test_a_forgotten_chat_takes_it_along(store: Store) -> None:
    """Who wrote to a user is nothing to keep of them."""
    receive(store)
    attend(store, "Olga", VIEWING)
    store.forget_chat(42, OPERATOR)
    receive(store)
    assert attend(store, "Pavel", VIEWING) == ()
