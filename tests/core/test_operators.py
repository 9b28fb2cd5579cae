"""Operators: their names, tokens and sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opchat_core.errors import InvalidInput, OperatorExists, OperatorNotFound, TokenNotFound
from opchat_core.operators import TOKEN_PREFIX, Operators
from opchat_core.testing import InMemoryRepository

HOUR = timedelta(hours=1)


@pytest.fixture
def operators(store: InMemoryRepository) -> Operators:
    """Nobody, to begin with."""
    return Operators(store)


@pytest.mark.parametrize("name", ["anna", "Анна Петровна", "x" * 64, "a"])
def test_an_operator_is_added(operators: Operators, name: str) -> None:
    """Names are for people: any script, up to 64 characters."""
    added = operators.add(name, "hash")
    assert operators.find(name) == added
    assert operators.list() == (added,)
    with pytest.raises(OperatorExists):
        operators.add(name)


@pytest.mark.parametrize("name", ["", " ", " anna", "anna\n", "x" * 65, "a\x00", "\ud800"])
def test_what_is_no_name(operators: Operators, name: str) -> None:
    """Blank, with white space at its ends, too long, or not storable."""
    with pytest.raises(InvalidInput) as caught:
        operators.add(name)
    assert [error.field for error in caught.value.errors] == ["name"]


def test_a_disabled_operator_is_not_found(operators: Operators) -> None:
    """Neither by name, nor by session, nor by token; but is listed."""
    anna = operators.add("anna")
    token = operators.issue_token("anna")
    session = operators.start_session(anna, lifetime=HOUR)
    assert operators.of_session(session) == anna
    disabled = operators.disable("anna")
    assert operators.find("anna") is None
    assert operators.of_session(session) is None
    assert operators.of_session(operators.start_session(disabled, lifetime=HOUR)) is None
    assert operators.of_token(token.secret) is None
    assert operators.list() == (disabled,)
    with pytest.raises(OperatorNotFound):
        operators.issue_token("anna")


def test_a_new_password_ends_every_session(operators: Operators) -> None:
    """A session of before is no longer good, one of after is."""
    anna = operators.add("anna", "old")
    before = operators.start_session(anna, lifetime=HOUR)
    changed = operators.set_password("anna", "new")
    assert operators.of_session(before) is None
    assert operators.of_session(operators.start_session(anna, lifetime=HOUR)) is None  # checked with the old password
    assert operators.of_session(operators.start_session(changed, lifetime=HOUR)) == changed


def test_a_session_ends_alone(operators: Operators) -> None:
    """Logging out here logs out nowhere else; what is no session ends nothing."""
    anna = operators.add("anna")
    here, there = (operators.start_session(anna, lifetime=HOUR) for _ in range(2))
    assert here != there
    for token in (here, here, "", "\ud800"):
        operators.end_session(token)
        assert operators.of_session(token) is None
    assert operators.of_session(there) == anna


def test_nobody_can_be_changed(operators: Operators) -> None:
    """The error names the name."""
    for call in (
        lambda: operators.disable("nobody"),
        lambda: operators.set_password("nobody", "x"),
        lambda: operators.issue_token("nobody"),
    ):
        with pytest.raises(OperatorNotFound, match="'nobody'"):
            call()


def test_a_token_acts_for_its_operator(operators: Operators, store: InMemoryRepository) -> None:
    """Only its hash is kept; it is long, random and recognisable; it ends when revoked."""
    anna = operators.add("anna")
    one, two = operators.issue_token("anna"), operators.issue_token("anna")
    assert one.secret.startswith(TOKEN_PREFIX)
    assert len(one.secret) >= 40
    assert one.secret != two.secret
    assert operators.of_token(one.secret) == operators.of_token(two.secret) == anna
    assert store.find_operator_by_token(one.secret.encode()) is None
    operators.revoke_token("anna", one.token_id)
    assert operators.of_token(one.secret) is None
    assert operators.of_token(two.secret) == anna
    with pytest.raises(TokenNotFound):
        operators.revoke_token("anna", one.token_id)
    operators.add("ben")
    with pytest.raises(TokenNotFound):
        operators.revoke_token("ben", two.token_id)


@pytest.mark.parametrize("label", ["x" * 65, "a\x00", "\ud800"])
def test_what_is_no_label(operators: Operators, label: str) -> None:
    """Too long, or not storable; no token is made."""
    operators.add("anna")
    with pytest.raises(InvalidInput, match="label"):
        operators.issue_token("anna", label=label)
    assert operators.tokens("anna") == ()


@pytest.mark.parametrize("secret", ["", "x", TOKEN_PREFIX, TOKEN_PREFIX + "\ud800", "opchat", "a\x00"])
def test_what_is_no_token(operators: Operators, secret: str) -> None:
    """Whatever a header may hold, the answer is nobody."""
    assert operators.of_token(secret) is None


def test_a_token_may_end_by_itself(operators: Operators) -> None:
    """With a lifetime it says until when; without, for good."""
    operators.add("anna")
    assert operators.issue_token("anna").expires_at is None
    limited = operators.issue_token("anna", lifetime=timedelta(hours=1))
    assert limited.expires_at is not None


def test_a_shared_secret_is_the_same_for_all(operators: Operators, store: InMemoryRepository) -> None:
    """Every process of an installation gets the one that was made first."""
    first = operators.shared_secret("sessions")
    assert len(first) >= 32
    assert operators.shared_secret("sessions") == first == Operators(store).shared_secret("sessions")
    assert operators.shared_secret("other") != first
