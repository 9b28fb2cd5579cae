"""Passwords, hashed by Argon2id."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from opchat_core.errors import InvalidInput, Unavailable

MAX_PASSWORD = 1024
"""Characters of a password."""

MIN_PASSWORD = 10
"""Characters of a new password."""

PATIENCE = 1.0
"""Seconds that a login waits for its turn, and holds one of the server's threads."""

# An address gets a hundred tries in ten minutes: a million take it two months, and the name alone seventy times that.
_FIRST_TRIES = 10**6

_MOST_JUDGED = 72  # characters; zxcvbn takes no more, for its time grows with the square

# 19 MiB, two passes: OWASP's advice for Argon2id, and small enough for many logins at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Anyone may try to log in: bounded, so that a flood of tries leaves cores and memory to those who are in.
_at_once = BoundedSemaphore(2)

# Hash of a random password that nobody has, with the parameters above.
_NOBODY = _hasher.hash("b1Yk5cX0n2kq0e9s7vA3")


def hash_password(password: str, *, name: str = "", allow_weak: bool = False) -> str:
    """Hash a new password for :meth:`opchat_core.operators.Operators.add`.

    Args:
        password: ``MIN_PASSWORD`` to ``MAX_PASSWORD`` characters, and none that is guessed in a million tries:
            common ones, rows of keys, repetitions, and what is made of the name.
        name: Whose it is to be.
        allow_weak: Take any password but an empty one, for a demonstration on this machine.

    Raises:
        InvalidInput: If it is none of these.
    """
    least = 1 if allow_weak else MIN_PASSWORD
    if not least <= len(password) <= MAX_PASSWORD:
        raise InvalidInput.of("password", f"must be {least} to {MAX_PASSWORD} characters long")
    if not allow_weak and _is_guessed(password, name):
        raise InvalidInput.of("password", "is among the first that anybody would try; some words in a row are better")
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError:
        raise InvalidInput.of("password", "must not contain lone surrogates") from None


def _is_guessed(password: str, name: str) -> bool:
    told = zxcvbn(password[:_MOST_JUDGED], user_inputs=["opchat", name, "".join(name.split()), *name.split()])
    return bool(told["guesses"] < _FIRST_TRIES)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Check a password, taking as long for somebody who does not exist (None) as for a wrong password.

    Raises:
        Unavailable: If too many others are being checked.
    """
    if not _at_once.acquire(timeout=PATIENCE):
        raise Unavailable("Too many people log in at this moment; try again shortly.")
    try:
        _hasher.verify(password_hash or _NOBODY, password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    finally:
        _at_once.release()
    return password_hash is not None and len(password) <= MAX_PASSWORD
