"""Who is asking: an operator's session, an operator's API token, the host's own login, or the bot's proof."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlencode

from attrs import field, frozen
from flask import Response, g, make_response, redirect, request

from opchat_core.errors import Unauthenticated
from opchat_flask.mount import current_chat, current_mount
from opchat_flask.origin import is_own_origin
from opchat_flask.problems import CsrfFailed
from opchat_flask.sessions import read_session

if TYPE_CHECKING:
    from flask import Request
    from flask.typing import ResponseReturnValue

    from opchat_core.model import Operator
    from opchat_core.operators import Operators
    from opchat_flask.mount import Mount
    from opchat_flask.sessions import Session

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_NO_PROOF = "This is taken only with the ingest token or an operator's API token."

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@frozen
class Caller:
    """Somebody who may read and answer chats.

    Attributes:
        name: The operator's name, as colleagues see it.
        by_browser: A browser added the proof by itself, so that it says nothing about which page wanted the request.
        csrf_token: What a page of ours can show; None when there is no session of ours.
    """

    name: str
    by_browser: bool
    csrf_token: str | None = field(default=None, repr=False)


def identify() -> Caller | None:
    """Find out who makes the current request, as things stand now; None for nobody we know."""
    return identification()()


def identification() -> Callable[[], Caller | None]:
    """Make what finds out who makes the current request, now and later: it needs the request only for a host's login.

    A bearer token decides alone: a wrong one is not made good by a cookie. Where the host has a login of its own, that
    takes the place of our sessions.
    """
    mount = current_mount()
    operators = mount.chat.operators
    token = bearer_token(request)
    if token is not None:
        return lambda: _by_token(operators, token)
    if mount.authenticate is not None:
        return lambda: _by_host(mount)
    session = read_session(request, mount.secret)
    return lambda: _by_session(operators, session) if session else None


def _by_token(operators: Operators, token: str) -> Caller | None:
    operator = operators.of_token(token)
    return Caller(operator.name, by_browser=False) if operator else None


def _by_host(mount: Mount) -> Caller | None:
    name = mount.authenticate(request) if mount.authenticate else None
    return Caller(name, by_browser=True) if name else None


def _by_session(operators: Operators, session: Session) -> Caller | None:
    operator = operators.of_session(session.token)
    return Caller(operator.name, by_browser=True, csrf_token=session.csrf_token) if operator else None


def require_operator() -> None:
    """Let operators pass, and of what a browser sends only what our own pages want; for ``before_request``.

    Raises:
        Unauthenticated: If the caller is no operator.
        CsrfFailed: If another page may have made the browser send it.
    """
    caller = identify()
    if caller is None:
        raise Unauthenticated("Log in, or send an operator's API token as a bearer token.")
    if request.method not in _SAFE and caller.by_browser and not _is_wanted(caller):
        raise CsrfFailed("The request does not show that it comes from the dashboard.")
    g.opchat_caller = caller


def login_required(view: Callable[Parameters, Result]) -> Callable[Parameters, Result | ResponseReturnValue]:
    """Lead visitors of a page to the login first, where nobody is logged in."""

    @wraps(view)
    def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result | ResponseReturnValue:
        caller = identify()
        if caller is None:
            return _to_login()
        g.opchat_caller = caller
        return view(*args, **kwargs)

    return guarded


def current_operator() -> Caller:
    """The operator who makes the current request, behind :func:`require_operator` or :func:`login_required`."""
    caller = g.opchat_caller
    assert isinstance(caller, Caller)  # noqa: S101 - set by both of them and by nothing else
    return caller


@frozen
class Reporter:
    """Who reports a message.

    Attributes:
        verified: Whether they proved to be the bot or an operator.
        operator: The operator, where it is one.
    """

    verified: bool
    operator: Operator | None = None


def reporter() -> Reporter:
    """Find out who reports a message by the current request: the bot, an operator by token, or just anybody.

    A token that proves nothing makes nobody worse off than none: what a person wrote is not lost to a bot with a wrong
    setting, it is only unverified. The log tells the keeper.

    Raises:
        Unauthenticated: If there is no good bearer token, and the installation insists on proof.
    """
    token = bearer_token(request)
    config = current_mount().config
    if token is not None:
        if config.ingest_token is not None and _same(token, config.ingest_token):
            return Reporter(verified=True)
        operator = current_chat().operators.of_token(token)
        if operator is not None:
            return Reporter(verified=True, operator=operator)
        _log.warning("ingest.unknown_token", extra={"refused": config.ingest_verified})
    if config.ingest_verified:
        raise Unauthenticated(_NO_PROOF)
    return Reporter(verified=False)


def require_verified() -> None:
    """Refuse a report that comes without proof: it is for the bot to make, or for an operator's program.

    Raises:
        Unauthenticated: If there is neither the ingest token nor an operator's API token.
    """
    if not reporter().verified:
        raise Unauthenticated(_NO_PROOF)


def bearer_token(request: Request) -> str | None:
    """Read the token of ``Authorization: Bearer``; None for other schemes, which are a proxy's business."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _is_wanted(caller: Caller) -> bool:
    shown = request.headers.get("X-CSRF-Token")
    return is_own_origin(request) is True or (
        caller.csrf_token is not None and shown is not None and _same(shown, caller.csrf_token)
    )


def _same(shown: str, secret: str) -> bool:
    """Compare in a time that does not tell how much was right."""
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), secret.encode())


def _to_login() -> Response:
    login = current_mount().login_url()
    if login is None:
        raise Unauthenticated("You are not logged in.")
    wanted = request.full_path if request.query_string else request.path
    query = urlencode({"next": f"{request.script_root}{wanted}"}, safe="/")
    response = make_response(redirect(f"{login}{'&' if '?' in login else '?'}{query}"))
    response.headers["Cache-Control"] = "no-store"
    return response
