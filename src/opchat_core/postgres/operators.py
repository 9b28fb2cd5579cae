"""Operators, their tokens and shared secrets in PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from opchat_core.errors import OperatorExists
from opchat_core.model import KnownToken, Operator, Role
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_ADD_OPERATOR = query("add_operator")
_SET_PASSWORD = query("set_password")
_SET_ROLE = query("set_role")
_END_SESSIONS = query("end_sessions")
_START_SESSION = query("start_session")
_FIND_OPERATOR_BY_SESSION = query("find_operator_by_session")
_END_SESSION = query("end_session")
_FIND_OPERATOR = query("find_operator")
_FIND_OPERATOR_BY_ID = query("find_operator_by_id")
_LIST_OPERATORS = query("list_operators")
_DISABLE_OPERATOR = query("disable_operator")
_REMOVE_OPERATOR = query("remove_operator")
_ADD_TOKEN = query("add_token")
_FIND_OPERATOR_BY_TOKEN = query("find_operator_by_token")
_LIST_TOKENS = query("list_tokens")
_REMOVE_TOKEN = query("remove_token")
_SHARED_SECRET = query("shared_secret")


class OperatorTable(Base):
    """The part of the repository that keeps operators; :class:`~opchat_core.ports.OperatorRepository` documents it."""

    def add_operator(self, name: str, password_hash: str | None, role: Role = Role.OPERATOR) -> Operator:
        """See :meth:`opchat_core.ports.OperatorRepository.add_operator`."""
        parameters = {"name": name, "password_hash": password_hash, "role": role.value, "now": self._now()}
        operator = self._database.fetch_one(_ADD_OPERATOR, Operator, parameters)
        if operator is None:
            raise OperatorExists(f"There is an operator named {name!r} already.")
        return operator

    def set_password(self, name: str, password_hash: str) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.set_password`."""
        return self._database.fetch_one(_SET_PASSWORD, Operator, {"name": name, "password_hash": password_hash})

    def set_role(self, name: str, role: Role) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.set_role`."""
        return self._database.fetch_one(_SET_ROLE, Operator, {"name": name, "role": role.value})

    def end_sessions(self, operator_id: int, session_version: int) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.end_sessions`."""
        parameters = {"operator_id": operator_id, "session_version": session_version}
        return self._database.fetch_one(_END_SESSIONS, Operator, parameters)

    def start_session(self, token_hash: bytes, operator: Operator, lifetime: timedelta) -> None:
        """See :meth:`opchat_core.ports.OperatorRepository.start_session`."""
        parameters = {
            "token_hash": token_hash,
            "operator_id": operator.operator_id,
            "session_version": operator.session_version,
            "lifetime": lifetime,
            "now": self._now(),
        }
        self._database.execute(_START_SESSION, parameters)

    def find_operator_by_session(self, token_hash: bytes) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.find_operator_by_session`."""
        parameters = {"token_hash": token_hash, "now": self._now()}
        return self._database.fetch_one(_FIND_OPERATOR_BY_SESSION, Operator, parameters)

    def end_session(self, token_hash: bytes) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.end_session`."""
        return self._database.fetch_one(_END_SESSION, Operator, {"token_hash": token_hash})

    def find_operator(self, name: str) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.find_operator`."""
        return self._database.fetch_one(_FIND_OPERATOR, Operator, {"name": name})

    def find_operator_by_id(self, operator_id: int) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.find_operator_by_id`."""
        return self._database.fetch_one(_FIND_OPERATOR_BY_ID, Operator, {"operator_id": operator_id})

    def list_operators(self) -> tuple[Operator, ...]:
        """See :meth:`opchat_core.ports.OperatorRepository.list_operators`."""
        return tuple(self._database.fetch(_LIST_OPERATORS, Operator, {}))

    def disable_operator(self, name: str) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.disable_operator`."""
        return self._database.fetch_one(_DISABLE_OPERATOR, Operator, {"name": name, "now": self._now()})

    def remove_operator(self, name: str) -> None:
        """See :meth:`opchat_core.ports.OperatorRepository.remove_operator`."""
        self._database.execute(_REMOVE_OPERATOR, {"name": name})

    def add_token(self, operator_id: int, token_hash: bytes, expires_at: datetime | None, label: str = "") -> int:
        """See :meth:`opchat_core.ports.OperatorRepository.add_token`."""
        parameters = {
            "operator_id": operator_id,
            "token_hash": token_hash,
            "expires_at": expires_at,
            "label": label,
            "now": self._now(),
        }
        token_id: int = self._database.fetch_value(_ADD_TOKEN, parameters)
        return token_id

    def list_tokens(self, operator_id: int) -> tuple[KnownToken, ...]:
        """See :meth:`opchat_core.ports.OperatorRepository.list_tokens`."""
        return tuple(self._database.fetch(_LIST_TOKENS, KnownToken, {"operator_id": operator_id}))

    def find_operator_by_token(self, token_hash: bytes) -> Operator | None:
        """See :meth:`opchat_core.ports.OperatorRepository.find_operator_by_token`."""
        parameters = {"token_hash": token_hash, "now": self._now()}
        return self._database.fetch_one(_FIND_OPERATOR_BY_TOKEN, Operator, parameters)

    def remove_token(self, operator_id: int, token_id: int) -> KnownToken | None:
        """See :meth:`opchat_core.ports.OperatorRepository.remove_token`."""
        parameters = {"operator_id": operator_id, "token_id": token_id}
        return self._database.fetch_one(_REMOVE_TOKEN, KnownToken, parameters)

    def shared_secret(self, name: str, candidate: str) -> str:
        """See :meth:`opchat_core.ports.OperatorRepository.shared_secret`."""
        secret: str = self._database.fetch_value(_SHARED_SECRET, {"name": name, "candidate": candidate})
        return secret
