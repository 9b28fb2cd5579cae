"""Operators: who may read and answer, and how they prove it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from opchat_core.errors import InvalidInput, OperatorNotFound
from opchat_core.model import ApiToken, Operator, rules
from opchat_core.ports import OperatorRepository

TOKEN_PREFIX = "opchat_"  # noqa: S105 - how a token begins is no secret; it lets scanners find leaked ones
"""How every API token begins."""

_name = rules.string(64, blank=False)


class Operators:
    """The people of an installation, and their API tokens.

    Passwords come in hashed: hashing is the business of whoever checks them. Tokens are random, so that a plain SHA-256
    is all that is stored of them.

    Args:
        repository: Where they are kept.
    """

    def __init__(self, repository: OperatorRepository) -> None:
        self._repository = repository

    def add(self, name: str, password_hash: str | None = None) -> Operator:
        """Make an operator.

        Args:
            name: 1 to 64 characters, without white space at its ends; what they log in with and colleagues see.
            password_hash: The hash of the password; None for an operator who only uses API tokens.

        Raises:
            InvalidInput: If the name breaks the rule.
            OperatorExists: If it is taken.
        """
        try:
            _name(name)
        except ValueError as error:
            raise InvalidInput.of("name", str(error)) from None
        if name != name.strip():
            raise InvalidInput.of("name", "must not begin or end with white space")
        return self._repository.add_operator(name, password_hash)

    def set_password(self, name: str, password_hash: str) -> Operator:
        """Change a password, which ends every session.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        return _found(self._repository.set_password(name, password_hash), name)

    def find(self, name: str) -> Operator | None:
        """Look an operator up by name; one who is disabled is not found."""
        return _active(self._repository.find_operator(name))

    def start_session(self, operator: Operator, *, lifetime: timedelta) -> str:
        """Begin a session of somebody who has just proved who they are.

        Args:
            operator: Who, as they were when they proved it: what has ended their sessions since ends this one, too.
            lifetime: How long it is good at most.

        Returns:
            Its token, which is stored as a hash only.
        """
        token = secrets.token_urlsafe(32)
        self._repository.start_session(_digest(token), operator, lifetime)
        return token

    def of_session(self, token: str) -> Operator | None:
        """Look up the operator of a session; None once it is over."""
        return self._repository.find_operator_by_session(_digest(token))

    def end_session(self, token: str) -> None:
        """End one session, at once and in every process."""
        self._repository.end_session(_digest(token))

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """End every session of an operator, at once and in every process.

        Of several calls with one version a single one succeeds: a version is also good for what may happen only once.

        Args:
            operator_id: Whose sessions.
            session_version: The version that the sessions to end were started with.

        Returns:
            The operator, with the version for new sessions; None when the version is over, or the operator disabled.
        """
        return self._repository.end_sessions(operator_id, session_version)

    def list(self) -> tuple[Operator, ...]:
        """List all operators by name, the disabled ones too."""
        return self._repository.list_operators()

    def disable(self, name: str) -> Operator:
        """Lock an operator out, everywhere at once.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        return _found(self._repository.disable_operator(name), name)

    def remove(self, name: str) -> None:
        """Erase an account that was made for a short while, with its tokens; messages keep the name."""
        self._repository.remove_operator(name)

    def issue_token(self, name: str, *, lifetime: timedelta | None = None) -> ApiToken:
        """Make an API token; its secret is shown this once and never stored.

        Args:
            name: Whom it acts for.
            lifetime: How long it is good; None for good.

        Raises:
            OperatorNotFound: If there is no such operator, or they are disabled.
        """
        operator = _found(self.find(name), name)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + lifetime if lifetime else None
        self._repository.add_token(operator.operator_id, _digest(secret), expires_at)
        return ApiToken(secret, operator, expires_at)

    def of_token(self, secret: str) -> Operator | None:
        """Look up whom a token acts for; None when it is not, or no longer, good."""
        return self._repository.find_operator_by_token(_digest(secret)) if secret.startswith(TOKEN_PREFIX) else None

    def revoke_token(self, secret: str) -> None:
        """End a token at once."""
        self._repository.remove_token(_digest(secret))

    def shared_secret(self, name: str) -> str:
        """Read a random secret that every process of the installation shares; made when first asked for."""
        return self._repository.shared_secret(name, secrets.token_urlsafe(32))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _active(operator: Operator | None) -> Operator | None:
    return operator if operator and operator.disabled_at is None else None


def _found(operator: Operator | None, name: str) -> Operator:
    if operator is None:
        raise OperatorNotFound(f"There is no operator named {name!r}.")
    return operator
