"""Operators, tokens and secrets in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from opchat_core.errors import OperatorExists
from opchat_core.model import KnownToken, Operator, Role
from opchat_core.testing.memory.base import InMemoryBase
from opchat_core.testing.memory.tables import StoredSession, StoredToken

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a token is known."""


class InMemoryOperators(InMemoryBase):
    """An :class:`~opchat_core.ports.OperatorRepository`."""

    def add_operator(self, name: str, password_hash: str | None, role: Role = Role.OPERATOR) -> Operator:
        """Make an operator; raises :class:`~opchat_core.errors.OperatorExists` if the name is taken."""
        with self._lock:
            if self.find_operator(name):
                raise OperatorExists(f"There is an operator named {name!r} already.")
            self._tables.operators_made += 1
            operator = Operator(self._tables.operators_made, name, password_hash, role=role)
            self._tables.operators[operator.operator_id] = operator
            return operator

    def set_password(self, name: str, password_hash: str) -> Operator | None:
        """Change a password and end every session; None when there is no such operator."""
        return self._change(
            name, lambda o: attrs.evolve(o, password_hash=password_hash, session_version=o.session_version + 1)
        )

    def set_role(self, name: str, role: Role) -> Operator | None:
        """Change what an operator is trusted with; None when there is no such operator."""
        return self._change(name, lambda o: attrs.evolve(o, role=role))

    def disable_operator(self, name: str) -> Operator | None:
        """Lock an operator out; None when there is no such operator."""
        now = self._clock.now()
        return self._change(
            name,
            lambda o: attrs.evolve(o, disabled_at=o.disabled_at or now, session_version=o.session_version + 1),
        )

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """End every session, once; None when that has happened since, or the operator is disabled."""
        with self._lock:
            operator = self.find_operator_by_id(operator_id)
            if operator is None or operator.disabled_at or operator.session_version != session_version:
                return None
            return self._change(operator.name, lambda o: attrs.evolve(o, session_version=o.session_version + 1))

    def start_session(self, token_hash: bytes, operator: Operator, lifetime: timedelta) -> None:
        """Store a session by its token's hash."""
        with self._lock:
            self._tables.sessions[token_hash] = StoredSession(
                operator.operator_id, operator.session_version, self._clock.now() + lifetime
            )

    def find_operator_by_session(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a session that is good."""
        with self._lock:
            session = self._tables.sessions.get(token_hash)
            operator = session and self.find_operator_by_id(session.operator_id)
            if session is None or not operator or operator.disabled_at or session.expires_at <= self._clock.now():
                return None
            return operator if operator.session_version == session.session_version else None

    def end_session(self, token_hash: bytes) -> Operator | None:
        """End one session; whose it was."""
        with self._lock:
            session = self._tables.sessions.pop(token_hash, None)
            return self.find_operator_by_id(session.operator_id) if session else None

    def find_operator(self, name: str) -> Operator | None:
        """Read an operator by name."""
        with self._lock:
            return next((operator for operator in self._tables.operators.values() if operator.name == name), None)

    def find_operator_by_id(self, operator_id: int) -> Operator | None:
        """Read an operator by id."""
        with self._lock:
            return self._tables.operators.get(operator_id)

    def list_operators(self) -> tuple[Operator, ...]:
        """Read all operators by name."""
        with self._lock:
            return tuple(sorted(self._tables.operators.values(), key=lambda operator: operator.name))

    def remove_operator(self, name: str) -> None:
        """Erase an operator with their tokens."""
        with self._lock:
            operator = self.find_operator(name)
            if operator is not None:
                del self._tables.operators[operator.operator_id]
                tokens = self._tables.tokens
                self._tables.tokens = {
                    digest: token for digest, token in tokens.items() if token.operator_id != operator.operator_id
                }

    def add_token(self, operator_id: int, token_hash: bytes, expires_at: datetime | None, label: str = "") -> int:
        """Store an API token by its hash; its number."""
        with self._lock:
            self._tables.tokens_made += 1
            known = KnownToken(self._tables.tokens_made, label, self._clock.now(), None, expires_at)
            self._tables.tokens[token_hash] = StoredToken(operator_id, known)
            return known.token_id

    def list_tokens(self, operator_id: int) -> tuple[KnownToken, ...]:
        """Read an operator's tokens, the oldest first."""
        with self._lock:
            return tuple(token.known for token in self._tables.tokens.values() if token.operator_id == operator_id)

    def find_operator_by_token(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a token that is good, and note its use."""
        with self._lock:
            now = self._clock.now()
            token = self._tables.tokens.get(token_hash)
            if token is None or (token.known.expires_at and token.known.expires_at <= now):
                return None
            if token.known.used_at is None or token.known.used_at < now - NOTED_EVERY:
                token.known = attrs.evolve(token.known, used_at=now)
            operator = self.find_operator_by_id(token.operator_id)
            return operator if operator and operator.disabled_at is None else None

    def remove_token(self, operator_id: int, token_id: int) -> KnownToken | None:
        """End a token of an operator's."""
        with self._lock:
            for token_hash, token in self._tables.tokens.items():
                if (token.operator_id, token.known.token_id) == (operator_id, token_id):
                    return self._tables.tokens.pop(token_hash).known
            return None

    def shared_secret(self, name: str, candidate: str) -> str:
        """Read a shared secret; the first to ask stores its candidate."""
        with self._lock:
            return self._tables.settings.setdefault(name, candidate)

    def _change(self, name: str, change: Callable[[Operator], Operator]) -> Operator | None:
        with self._lock:
            operator = self.find_operator(name)
            if operator is None:
                return None
            changed = change(operator)
            self._tables.operators[operator.operator_id] = changed
            return changed
