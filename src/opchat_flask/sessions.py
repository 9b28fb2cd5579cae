"""Dashboard sessions in a signed cookie, and one-time sign-in links.

The cookie holds the token of a session that the database knows by its hash. It is looked up at every request, so that
what ends a session (a logout, a changed password, a disabled operator) ends it at once, in every process. It is
opchat's own cookie, signed with opchat's own key: a host app keeps its ``session`` to itself, and what is made up never
reaches the database.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from itsdangerous import BadData, URLSafeTimedSerializer

if TYPE_CHECKING:
    from flask import Request, Response

    from opchat_core.model import Operator

COOKIE = "opchat_session"

SESSION_LIFETIME = timedelta(days=14)
"""After how long one logs in again."""

TICKET_LIFETIME = timedelta(minutes=10)
"""How long a sign-in link is good."""


@frozen
class Session:
    """One login of one operator in one browser.

    Attributes:
        token: Proves it to :meth:`opchat_core.operators.Operators.of_session`.
        csrf_token: What the pages' scripts may show to prove that they are ours.
    """

    token: str = field(repr=False)
    csrf_token: str = field(repr=False)


def give_session(response: Response, token: str, *, secret: str, path: str, secure: bool) -> None:
    """Give the browser a session, in place of one that it may have.

    Args:
        response: The answer that carries it.
        token: The session's token.
        secret: What signs sessions.
        path: The path under which opchat is mounted.
        secure: Whether the browser came over HTTPS, and is never to show the cookie without.
    """
    response.set_cookie(
        COOKIE,
        str(_signer(secret, "session").dumps([token, secrets.token_urlsafe(18)])),
        max_age=SESSION_LIFETIME,
        path=path,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def take_session(response: Response, *, path: str, secure: bool) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, path=path, secure=secure, httponly=True, samesite="Lax")


def read_session(request: Request, secret: str) -> Session | None:
    """Read the session of a request; None when there is none, it is too old, or not ours."""
    value = request.cookies.get(COOKIE)
    match _read(value, secret, "session", SESSION_LIFETIME) if value else None:
        case [str(token), str(csrf_token)]:
            return Session(token, csrf_token)
    return None


def sign_in_ticket(secret: str, operator: Operator) -> str:
    """Make the ``ticket`` of a sign-in link: ``/login?ticket=<ticket>`` logs the operator in, once, within ten minutes.

    Being good once, whichever process takes it, it ends the operator's sessions before it, and other tickets with them.
    Whoever holds it is in: print it to the terminal of the person who started the program, and nowhere else.

    Args:
        secret: What signs sessions: :func:`opchat_flask.session_secret`.
        operator: Whom it logs in.
    """
    made = [operator.operator_id, operator.session_version, secrets.token_urlsafe(18)]
    return str(_signer(secret, "ticket").dumps(made))


def read_ticket(ticket: str, secret: str) -> tuple[int, int] | None:
    """Read whom a ticket names, and the session version that it is good for; None when it is too old, or not ours."""
    match _read(ticket, secret, "ticket", TICKET_LIFETIME):
        case [int(operator_id), int(version), str()]:
            return operator_id, version
    return None


def _signer(secret: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=f"opchat {purpose}")


def _read(value: str, secret: str, purpose: str, lifetime: timedelta) -> Any:
    try:
        return _signer(secret, purpose).loads(value, max_age=int(lifetime.total_seconds()))
    except BadData:
        return None
