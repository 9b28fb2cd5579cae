"""People who answer, and the tokens by which programs act for them."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen


@frozen
class Operator:
    """A person who may read and answer chats.

    Attributes:
        operator_id: A number for good.
        name: What they log in with, and what colleagues see.
        password_hash: As the adapter that checks passwords made it; None when there is no password.
        session_version: Counts up to end every session at once.
        disabled_at: Since when they are locked out, or None.
    """

    operator_id: int
    name: str
    password_hash: str | None = field(default=None, repr=False)
    session_version: int = 1
    disabled_at: datetime | None = None


@frozen
class ApiToken:
    """A new API token: the only moment at which its secret is known.

    Attributes:
        secret: What goes behind ``Authorization: Bearer``.
        operator: Whom it acts for.
        expires_at: Until when, or None for good.
    """

    secret: str = field(repr=False)
    operator: Operator
    expires_at: datetime | None = None
