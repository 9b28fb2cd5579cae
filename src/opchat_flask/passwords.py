"""Passwords, hashed by Argon2id."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opchat_core.errors import InvalidInput, Unavailable

MAX_PASSWORD = 1024
"""Characters of a password."""

PATIENCE = 1.0
"""Seconds that a login waits for its turn, and holds one of the server's threads."""

# 19 MiB, two passes: OWASP's advice for Argon2id, and small enough for many logins at once.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Anyone may try to log in: bounded, so that a flood of tries leaves cores and memory to those who are in.
_at_once = BoundedSemaphore(2)

# Hash of a random password that nobody has, with the parameters above.
_NOBODY = _hasher.hash("b1Yk5cX0n2kq0e9s7vA3")


def hash_password(password: str) -> str:
    """Hash a password for :meth:`opchat_core.operators.Operators.add`.

    Raises:
        InvalidInput: If it is empty or longer than :data:`MAX_PASSWORD`.
    """
    if not 1 <= len(password) <= MAX_PASSWORD:
        raise InvalidInput.of("password", f"must be 1 to {MAX_PASSWORD} characters long")
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError:
        raise InvalidInput.of("password", "must not contain lone surrogates") from None


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
