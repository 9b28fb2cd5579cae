"""What is remembered of what people did: who, when, what, about whom; never what was said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from opchat_core.model.message import MessageKey


class Action(StrEnum):
    """What can be done that is remembered."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"
    RECORD = "record"
    RETRY = "retry"
    MARK = "mark"
    STATUS = "status"
    EXPORT = "export"
    FORGET = "forget"
    PRUNE = "prune"
    OPERATOR_ADD = "operator_add"
    OPERATOR_PASSWORD = "operator_password"  # noqa: S105 - a word for what was done
    OPERATOR_ROLE = "operator_role"
    OPERATOR_DISABLE = "operator_disable"
    OPERATOR_REMOVE = "operator_remove"
    TOKEN_ISSUE = "token_issue"  # noqa: S105 - the same
    TOKEN_REVOKE = "token_revoke"  # noqa: S105 - the same


@frozen
class AuditRecord:
    """One thing that somebody did.

    Attributes:
        at: When.
        actor: Who: an operator's name, or ``os:`` and the name of the system's user at the command line; None when
            nobody was named: a library call without an operator, a login that failed.
        action: What.
        subject: About whom or what: ``chat:operator/42``, ``message:operator/42/7``, ``operator:anna``,
            ``token:anna/3``, ``audit``; None when there is no such thing, as with a login by a name that does not
            exist. In records about a user who was erased, but for the erasure itself, ``erased`` stands for the id.
    """

    at: datetime
    actor: str | None
    action: Action = field(converter=Action)
    subject: str | None


def chat_subject(user_id: int, bot_type: str) -> str:
    """Name a chat in a record."""
    return f"chat:{bot_type}/{user_id}"


def message_subject(key: MessageKey) -> str:
    """Name a message in a record."""
    return f"message:{key.bot_type}/{key.user_id}/{key.seq}"


def operator_subject(name: str) -> str:
    """Name an operator in a record."""
    return f"operator:{name}"


def token_subject(name: str, token_id: int) -> str:
    """Name an API token in a record."""
    return f"token:{name}/{token_id}"
