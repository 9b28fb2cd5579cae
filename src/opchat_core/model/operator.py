"""People who answer, and the tokens by which programs act for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen


class Role(StrEnum):
    """What somebody is trusted with. Both read and answer all chats; whatever comes to need more trust asks for it."""

    OPERATOR = "operator"
    ADMIN = "admin"


@frozen
class Operator:
    """A person who may read and answer chats.

    Attributes:
        operator_id: A number for good.
        name: What they log in with, and what colleagues see.
        password_hash: As the adapter that checks passwords made it; None when there is no password.
        session_version: Counts up to end every session at once.
        disabled_at: Since when they are locked out, or None.
        role: What they are trusted with.
    """

    operator_id: int
    name: str
    password_hash: str | None = field(default=None, repr=False)
    session_version: int = 1
    disabled_at: datetime | None = None
    role: Role = field(default=Role.OPERATOR, converter=Role)


@frozen
class ApiToken:
    """A new API token: the only moment at which its secret is known.

    Attributes:
        secret: What goes behind ``Authorization: Bearer``.
        operator: Whom it acts for.
        expires_at: Until when, or None for good.
        token_id: Its number, by which it is listed and revoked.
    """

    secret: str = field(repr=False)
    operator: Operator
    expires_at: datetime | None
    token_id: int


@frozen
class KnownToken:
    """What is kept of an API token, beside a hash of its secret.

    Attributes:
        token_id: Its number.
        label: What it was made for, in its maker's words.
        created_at: When it was made.
        used_at: When it was last used, to the minute; None for never.
        expires_at: Until when it is good, or None for good.
    """

    token_id: int
    label: str
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime | None
