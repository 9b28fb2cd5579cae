"""A store of operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from opchat_core.model import KnownToken, Operator, Role


class OperatorRepository(Protocol):
    """Keeps operators, their API tokens, and the secrets that all processes share."""

    def add_operator(self, name: str, password_hash: str | None, role: Role = Role.OPERATOR) -> Operator:
        """Make an operator.

        Raises:
            OperatorExists: If the name is taken.
        """
        ...

    def set_password(self, name: str, password_hash: str) -> Operator | None:
        """Change a password and end every session of the operator; None when there is no such operator."""
        ...

    def set_role(self, name: str, role: Role) -> Operator | None:
        """Change what an operator is trusted with; None when there is no such operator."""
        ...

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """End every session of an operator, once; None when that has happened since, or the operator is disabled."""
        ...

    def start_session(self, token_hash: bytes, operator: Operator, lifetime: timedelta) -> None:
        """Store a session by its token's hash, with the operator's session version."""
        ...

    def find_operator_by_session(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a session that has not expired or ended, and whose operator is not disabled."""
        ...

    def end_session(self, token_hash: bytes) -> Operator | None:
        """End one session; whose it was, or None when there is no such session."""
        ...

    def find_operator(self, name: str) -> Operator | None:
        """Read an operator by name."""
        ...

    def find_operator_by_id(self, operator_id: int) -> Operator | None:
        """Read an operator by id."""
        ...

    def list_operators(self) -> tuple[Operator, ...]:
        """Read all operators by name."""
        ...

    def disable_operator(self, name: str) -> Operator | None:
        """Lock an operator out, everywhere at once: sessions and tokens end; None when there is no such operator."""
        ...

    def remove_operator(self, name: str) -> None:
        """Erase an operator with their tokens; messages keep the name."""
        ...

    def add_token(self, operator_id: int, token_hash: bytes, expires_at: datetime | None, label: str = "") -> int:
        """Store an API token by its hash; its number."""
        ...

    def list_tokens(self, operator_id: int) -> tuple[KnownToken, ...]:
        """Read an operator's tokens, the oldest first."""
        ...

    def find_operator_by_token(self, token_hash: bytes) -> Operator | None:
        """Read the operator of a token that has not expired and whose operator is not disabled."""
        ...

    def remove_token(self, operator_id: int, token_id: int) -> KnownToken | None:
        """End a token of an operator's; what it was, or None when there is no such token."""
        ...

    def shared_secret(self, name: str, candidate: str) -> str:
        """Read a secret that all processes share; the first to ask stores its candidate."""
        ...
