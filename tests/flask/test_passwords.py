"""Passwords are kept as Argon2id hashes, and checked in the same time whoever asks."""

from __future__ import annotations

from threading import BoundedSemaphore

import pytest

from opchat_core.errors import InvalidInput, Unavailable
from opchat_flask import hash_password, passwords
from opchat_flask.passwords import MAX_PASSWORD, verify_password


def test_a_password_fits_its_own_hash_alone() -> None:
    """Hashes are salted, and say how they were made."""
    one, other = (hash_password("пароль", allow_weak=True) for _ in range(2))
    assert one != other
    assert one.startswith("$argon2id$")
    assert verify_password(one, "пароль")
    assert not verify_password(one, "Пароль")
    assert not verify_password(None, "пароль")
    assert not verify_password("not a hash", "пароль")


def test_long_passwords_are_not_cut() -> None:
    """The longest is taken whole, and a longer one that begins with it does not fit."""
    longest = "correct horse " + "x" * (MAX_PASSWORD - 14)
    assert verify_password(hash_password(longest), longest)
    assert not verify_password(hash_password(longest), longest + "x")


def test_a_flood_of_logins_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking takes memory and time, of which those who are in need some, too."""
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords, "_at_once", full)
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    with pytest.raises(Unavailable, match="Too many people log in"):
        verify_password(None, "x")
    full.release()
    assert not verify_password(None, "x")
    assert full.acquire(blocking=False)


@pytest.mark.parametrize("password", ["", "x" * (MAX_PASSWORD + 1), "\ud800 correct horse"])
def test_what_cannot_be_a_password_is_refused(password: str) -> None:
    """Whoever chooses it is told; whoever tries it is not let in."""
    with pytest.raises(InvalidInput, match="password must"):
        hash_password(password)
    assert not verify_password(hash_password("x", allow_weak=True), password)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short one",
        "password123456",
        "1234567890",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "hunter2hunter2",
        "opchatopchat",
        "anna petrova",
        "AnnaPetrova1",
    ],
)
def test_what_anybody_would_try_is_no_password(password: str) -> None:
    """Short, common, a row of keys, a repetition, or one's own name; who insists on a demonstration may have it."""
    with pytest.raises(InvalidInput, match="password") as caught:
        hash_password(password, name="Anna Petrova")
    assert not password or password not in str(caught.value)
    assert not password or hash_password(password, name="Anna Petrova", allow_weak=True)


@pytest.mark.parametrize("password", ["correct horse", "Zx7!pq-mN2", "длинная фраза", "x7" + "correct horse" * 50])
def test_what_nobody_would_try_is_one(password: str) -> None:
    """Words in a row, in any language, or whatever a password manager makes; no kinds of characters are prescribed."""
    assert verify_password(hash_password(password, name="anna"), password)
