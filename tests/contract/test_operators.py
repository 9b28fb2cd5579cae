"""Operators, tokens and shared secrets, in either store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from opchat_core.errors import OperatorExists
from opchat_core.model import KnownToken, Role

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

HOUR = timedelta(hours=1)


def test_an_operator_is_found_by_name_and_number(store: Store) -> None:
    """Names are exact."""
    anna = store.add_operator("anna", "hash")
    assert (anna.name, anna.password_hash, anna.session_version, anna.disabled_at) == ("anna", "hash", 1, None)
    assert store.find_operator("anna") == anna
    assert store.find_operator_by_id(anna.operator_id) == anna
    assert store.find_operator("Anna") is None
    assert store.find_operator_by_id(anna.operator_id + 1) is None


def test_a_name_is_taken_once(store: Store) -> None:
    """The second one is refused, and the first keeps the password."""
    anna = store.add_operator("anna", "hash")
    with pytest.raises(OperatorExists):
        store.add_operator("anna", "other")
    assert store.find_operator("anna") == anna


def test_operators_are_listed_by_name(store: Store) -> None:
    """The disabled ones too."""
    for name in ("carl", "anna", "bob"):
        store.add_operator(name, None)
    store.disable_operator("bob")
    assert [operator.name for operator in store.list_operators()] == ["anna", "bob", "carl"]


def test_a_new_password_ends_sessions(store: Store) -> None:
    """The session version counts up."""
    store.add_operator("anna", None)
    changed = store.set_password("anna", "new")
    assert changed is not None
    assert (changed.password_hash, changed.session_version) == ("new", 2)
    assert store.find_operator("anna") == changed
    assert store.set_password("nobody", "x") is None


def test_sessions_of_a_version_end_once(store: Store) -> None:
    """Who comes second, knows an old version, or speaks of somebody who is out, is told so and changes nothing."""
    anna = store.add_operator("anna", "hash")
    ended = store.end_sessions(anna.operator_id, 1)
    assert ended is not None
    assert (ended.name, ended.password_hash, ended.session_version) == ("anna", "hash", 2)
    assert store.end_sessions(anna.operator_id, 1) is None
    assert store.find_operator("anna") == ended
    assert store.end_sessions(anna.operator_id + 1, 1) is None
    store.disable_operator("anna")
    assert store.end_sessions(anna.operator_id, 3) is None


def test_a_disabled_operator_is_out_everywhere(store: Store, clock: MovableClock) -> None:
    """Sessions and tokens end at once; the moment of the first time is kept."""
    anna = store.add_operator("anna", "hash")
    store.add_token(anna.operator_id, b"t", None)
    since = clock.now()
    disabled = store.disable_operator("anna")
    assert disabled is not None
    assert (disabled.disabled_at, disabled.session_version) == (since, 2)
    assert store.find_operator_by_token(b"t") is None
    clock.advance(HOUR)
    again = store.disable_operator("anna")
    assert again is not None
    assert again.disabled_at == since
    assert store.disable_operator("nobody") is None


def test_a_session_is_good_until_it_ends(store: Store, clock: MovableClock) -> None:
    """By its hash, for its operator, until it expires, is ended, or the operator's sessions are."""
    anna, ben = store.add_operator("anna", None), store.add_operator("ben", None)
    for token_hash, operator in ((b"a1", anna), (b"a2", anna), (b"b", ben)):
        store.start_session(token_hash, operator, 2 * HOUR)
    assert store.find_operator_by_session(b"a1") == anna
    assert store.end_session(b"a1") == anna
    assert store.end_session(b"a1") is None
    assert store.find_operator_by_session(b"a1") is None
    clock.advance(HOUR)
    assert store.find_operator_by_session(b"a2") == anna
    store.disable_operator("anna")
    assert store.find_operator_by_session(b"a2") is None
    assert store.find_operator_by_session(b"b") == ben
    clock.advance(HOUR)
    assert store.find_operator_by_session(b"b") is None


def test_a_session_of_an_earlier_version_never_begins(store: Store) -> None:
    """A password that is changed while somebody logs in with the old one keeps them out."""
    anna = store.add_operator("anna", "old")
    changed = store.set_password("anna", "new")
    assert changed is not None
    store.start_session(b"old", anna, HOUR)
    store.start_session(b"new", changed, HOUR)
    assert store.find_operator_by_session(b"old") is None
    assert store.find_operator_by_session(b"new") == changed
    store.remove_operator("anna")
    assert store.find_operator_by_session(b"new") is None


def test_a_token_is_good_until_it_ends(store: Store, clock: MovableClock) -> None:
    """By its hash, for its operator, until it expires or is removed."""
    anna, bob = store.add_operator("anna", None), store.add_operator("bob", None)
    store.add_token(anna.operator_id, b"a", None)
    store.add_token(bob.operator_id, b"b\x00\xff", clock.now() + HOUR)
    assert store.find_operator_by_token(b"a") == anna
    assert store.find_operator_by_token(b"b\x00\xff") == bob
    assert store.find_operator_by_token(b"c") is None
    clock.advance(HOUR)
    assert store.find_operator_by_token(b"b\x00\xff") is None
    [known] = store.list_tokens(anna.operator_id)
    assert store.remove_token(bob.operator_id, known.token_id) is None
    assert store.remove_token(anna.operator_id, known.token_id) == known
    assert store.remove_token(anna.operator_id, known.token_id) is None
    assert store.find_operator_by_token(b"a") is None


def test_tokens_are_listed_with_their_last_use(store: Store, clock: MovableClock) -> None:
    """By number, with what they are for; the last use is known to the minute, and a token that is over has none."""
    anna = store.add_operator("anna", None)
    made = clock.now()
    first = store.add_token(anna.operator_id, b"a", None, "reports")
    second = store.add_token(anna.operator_id, b"b", made + HOUR)
    assert store.list_tokens(anna.operator_id) == (
        KnownToken(first, "reports", made, None, None),
        KnownToken(second, "", made, None, made + HOUR),
    )
    clock.advance(HOUR)
    for seconds in (0, 30, 60):
        assert store.find_operator_by_token(b"a") == anna
        assert store.list_tokens(anna.operator_id)[0].used_at == made + HOUR
        clock.advance(timedelta(seconds=30) if seconds < 60 else timedelta(0))
    clock.advance(timedelta(seconds=1))
    assert store.find_operator_by_token(b"a") == anna
    assert store.list_tokens(anna.operator_id)[0].used_at == clock.now()
    assert store.find_operator_by_token(b"b") is None
    assert store.list_tokens(anna.operator_id)[1].used_at is None
    assert store.list_tokens(anna.operator_id + 1) == ()


def test_roles_are_kept(store: Store) -> None:
    """An operator unless told otherwise, and changed without a new login."""
    anna = store.add_operator("anna", None)
    ben = store.add_operator("ben", None, Role.ADMIN)
    assert (anna.role, ben.role) == (Role.OPERATOR, Role.ADMIN)
    changed = store.set_role("anna", Role.ADMIN)
    assert changed is not None
    assert (changed.role, changed.session_version) == (Role.ADMIN, anna.session_version)
    assert store.find_operator("anna") == changed
    assert store.set_role("nobody", Role.ADMIN) is None


def test_the_first_to_ask_names_a_shared_secret(store: Store) -> None:
    """Everybody else gets that one."""
    assert store.shared_secret("sessions", "first") == "first"
    assert store.shared_secret("sessions", "second") == "first"
    assert store.shared_secret("other", "third") == "third"


def test_a_removed_operator_leaves_nothing_but_the_name(store: Store) -> None:
    """The account and its tokens are gone, the name is free, and others keep what is theirs."""
    anna, bob = store.add_operator("anna", None), store.add_operator("bob", None)
    store.add_token(anna.operator_id, b"of anna", None)
    store.add_token(bob.operator_id, b"of bob", None)
    store.remove_operator("anna")
    store.remove_operator("nobody")
    assert store.find_operator("anna") is None
    assert store.find_operator_by_id(anna.operator_id) is None
    assert store.find_operator_by_token(b"of anna") is None
    assert store.find_operator_by_token(b"of bob") == bob
    assert store.add_operator("anna", None).operator_id not in {anna.operator_id, bob.operator_id}
