"""Operators: who may read and answer, and how they prove it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from opchat_core.errors import InvalidInput, OperatorNotFound, TokenNotFound
from opchat_core.model import Action, ApiToken, KnownToken, Operator, Role, operator_subject, rules, token_subject
from opchat_core.ports import Store
from opchat_core.recorded import recorded

TOKEN_PREFIX = "opchat_"  # noqa: S105 - how a token begins is no secret; it lets scanners find leaked ones
"""How every API token begins."""

_name = rules.string(64, blank=False)
_label = rules.string(64)


class Operators:
    """The people of an installation, their sessions, and their API tokens.

    Passwords come in hashed: hashing is the business of whoever checks them. Tokens are random, so that a plain SHA-256
    is all that is stored of them. Whatever changes something is remembered in the audit log, in the same transaction;
    ``by`` is who does it.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, name: str, password_hash: str | None = None, *, role: Role = Role.OPERATOR, by: str | None = None
    ) -> Operator:
        """Make an operator.

        Args:
            name: 1 to 64 characters, without white space at its ends; what they log in with and colleagues see.
            password_hash: The hash of the password; None for an operator who only uses API tokens.
            role: What they are trusted with.
            by: Who does it.

        Raises:
            InvalidInput: If the name breaks the rule.
            OperatorExists: If it is taken.
        """
        _check("name", name, _name)
        if name != name.strip():
            raise InvalidInput.of("name", "must not begin or end with white space")
        with recorded(self._store, Action.OPERATOR_ADD, by, operator_subject(name)) as store:
            return store.add_operator(name, password_hash, role)

    def set_password(self, name: str, password_hash: str, *, by: str | None = None) -> Operator:
        """Change a password, which ends every session.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        with recorded(self._store, Action.OPERATOR_PASSWORD, by, operator_subject(name)) as store:
            return _found(store.set_password(name, password_hash), name)

    def set_role(self, name: str, role: Role, *, by: str | None = None) -> Operator:
        """Change what an operator is trusted with.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        with recorded(self._store, Action.OPERATOR_ROLE, by, operator_subject(name)) as store:
            return _found(store.set_role(name, role), name)

    def find(self, name: str) -> Operator | None:
        """Look an operator up by name; one who is disabled is not found."""
        return _active(self._store.find_operator(name))

    def list(self) -> tuple[Operator, ...]:
        """List all operators by name, the disabled ones too."""
        return self._store.list_operators()

    def disable(self, name: str, *, by: str | None = None) -> Operator:
        """Lock an operator out, everywhere at once.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        with recorded(self._store, Action.OPERATOR_DISABLE, by, operator_subject(name)) as store:
            return _found(store.disable_operator(name), name)

    def remove(self, name: str, *, by: str | None = None) -> None:
        """Erase an account that was made for a short while, with its tokens; messages keep the name."""
        with recorded(self._store, Action.OPERATOR_REMOVE, by, operator_subject(name)) as store:
            store.remove_operator(name)

    # Sessions

    def start_session(self, operator: Operator, *, lifetime: timedelta) -> str:
        """Begin a session of somebody who has just proved who they are.

        Args:
            operator: Who, as they were when they proved it: what has ended their sessions since ends this one, too.
            lifetime: How long it is good at most.

        Returns:
            Its token, which is stored as a hash only.
        """
        token = secrets.token_urlsafe(32)
        with recorded(self._store, Action.LOGIN, operator.name, operator_subject(operator.name)) as store:
            store.start_session(_digest(token), operator, lifetime)
        return token

    def note_failed_login(self, operator: Operator | None) -> None:
        """Remember that somebody failed to log in as an operator; None if there is none of the name that they gave.

        That name is not kept: it may be a password that went into the wrong field.
        """
        subject = operator_subject(operator.name) if operator else None
        self._store.record(Action.LOGIN_FAILED, actor=None, subject=subject)

    def of_session(self, token: str) -> Operator | None:
        """Look up the operator of a session; None once it is over."""
        return self._store.find_operator_by_session(_digest(token))

    def end_session(self, token: str) -> None:
        """End one session, at once and in every process."""
        with self._store.together() as store:
            operator = store.end_session(_digest(token))
            if operator is not None:
                store.record(Action.LOGOUT, actor=operator.name, subject=operator_subject(operator.name))

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """End every session of an operator, at once and in every process.

        Of several calls with one version a single one succeeds: a version is also good for what may happen only once.

        Args:
            operator_id: Whose sessions.
            session_version: The version that the sessions to end were started with.

        Returns:
            The operator, with the version for new sessions; None when the version is over, or the operator disabled.
        """
        return self._store.end_sessions(operator_id, session_version)

    # API tokens

    def issue_token(
        self, name: str, *, label: str = "", lifetime: timedelta | None = None, by: str | None = None
    ) -> ApiToken:
        """Make an API token; its secret is shown this once and never stored.

        Args:
            name: Whom it acts for.
            label: What it is for, in at most 64 characters.
            lifetime: How long it is good; None for good.
            by: Who does it.

        Raises:
            InvalidInput: If the label breaks the rule.
            OperatorNotFound: If there is no such operator, or they are disabled.
        """
        _check("label", label, _label)
        operator = _found(self.find(name), name)
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + lifetime if lifetime else None
        with self._store.together() as store:
            token_id = store.add_token(operator.operator_id, _digest(secret), expires_at, label)
            store.record(Action.TOKEN_ISSUE, actor=by, subject=token_subject(name, token_id))
        return ApiToken(secret, operator, expires_at, token_id)

    def of_token(self, secret: str) -> Operator | None:
        """Look up whom a token acts for; None when it is not, or no longer, good."""
        return self._store.find_operator_by_token(_digest(secret)) if secret.startswith(TOKEN_PREFIX) else None

    def tokens(self, name: str) -> tuple[KnownToken, ...]:
        """List an operator's tokens, the oldest first.

        Raises:
            OperatorNotFound: If there is no such operator.
        """
        return self._store.list_tokens(_found(self._store.find_operator(name), name).operator_id)

    def revoke_token(self, name: str, token_id: int, *, by: str | None = None) -> None:
        """End a token at once.

        Raises:
            OperatorNotFound: If there is no such operator.
            TokenNotFound: If they have no such token.
        """
        operator = _found(self._store.find_operator(name), name)
        with recorded(self._store, Action.TOKEN_REVOKE, by, token_subject(name, token_id)) as store:
            if store.remove_token(operator.operator_id, token_id) is None:
                raise TokenNotFound(f"{name!r} has no token {token_id}.")

    def shared_secret(self, name: str) -> str:
        """Read a random secret that every process of the installation shares; made when first asked for."""
        return self._store.shared_secret(name, secrets.token_urlsafe(32))


def _check(field: str, text: str, rule: Callable[[object], str]) -> None:
    try:
        rule(text)
    except ValueError as error:
        raise InvalidInput.of(field, str(error)) from None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _active(operator: Operator | None) -> Operator | None:
    return operator if operator and operator.disabled_at is None else None


def _found(operator: Operator | None, name: str) -> Operator:
    if operator is None:
        raise OperatorNotFound(f"There is no operator named {name!r}.")
    return operator
