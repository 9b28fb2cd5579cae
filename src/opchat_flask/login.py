"""Logging in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from opchat_core.errors import TooManyRequests
from opchat_flask.auth import identify
from opchat_flask.error_pages import answer_with_pages
from opchat_flask.headers import guard
from opchat_flask.limits import charges_of_login
from opchat_flask.mount import current_mount
from opchat_flask.origin import is_https, is_own_origin, local_path
from opchat_flask.passwords import verify_password
from opchat_flask.problems import retry_after
from opchat_flask.sessions import SESSION_LIFETIME, give_session, read_session, read_ticket, take_session
from opchat_flask.uploads import Origin

if TYPE_CHECKING:
    from opchat_core.model import Operator

MAX_FORM = 16 * 1024
"""Bytes of a login form."""

login_pages = Blueprint("opchat_login", __name__, template_folder="templates")
guard(login_pages)
answer_with_pages(login_pages)


@login_pages.get("/login")
def login() -> Response:
    """Ask who is there, or take a sign-in link in."""
    ticket = request.args.get("ticket")
    if ticket is not None:
        operator = _holder(ticket)
        return _form(error="ticket", status=403) if operator is None else _enter(operator)
    if identify() is not None:
        return _onward()
    return _form()


@login_pages.post("/login")
def log_in() -> Response:
    """Take a name and a password in; the answer does not tell which of them was wrong.

    Tries are counted by the name as it was typed, be there such an operator or not, and by where they come from:
    whoever guesses locks out nobody who comes from elsewhere.
    """
    request.max_content_length = MAX_FORM
    if is_own_origin(request) is False:  # a program that says nothing of origins is no browser that could be abused
        return _form(error="origin", status=403)
    with current_mount().uploads.reading(Origin.LOGIN):
        name = request.form.get("name", "").strip()
    charges = charges_of_login(name)
    try:
        current_mount().chat.admit(charges)
    except TooManyRequests as error:
        response = _form(error="throttled", name=name, status=429)
        response.headers.update(retry_after(error))
        return response
    operator = current_mount().chat.operators.find(name) if "\x00" not in name else None
    if not verify_password(operator.password_hash if operator else None, request.form.get("password", "")):
        current_mount().chat.operators.note_failed_login(operator)
        return _form(error="credentials", name=name, status=401)
    assert operator is not None  # noqa: S101 - nobody's password fits
    current_mount().chat.acquit(charges[0])
    return _enter(operator)


@login_pages.post("/logout")
def logout() -> Response:
    """End the session of this browser: a copy of its cookie is then worth nothing."""
    if is_own_origin(request) is False:
        return _form(error="origin", status=403)
    mount = current_mount()
    _end()
    response = make_response(redirect(url_for("opchat_login.login"), 303))
    take_session(response, path=mount.url("/"), secure=is_https(request))
    return response


def _holder(ticket: str) -> Operator | None:
    mount = current_mount()
    found = read_ticket(ticket, mount.secret)
    return mount.chat.operators.end_sessions(*found) if found else None


def _enter(operator: Operator) -> Response:
    _end()
    mount = current_mount()
    token = mount.chat.operators.start_session(operator, lifetime=SESSION_LIFETIME)
    response = _onward()
    give_session(response, token, secret=mount.secret, path=mount.url("/"), secure=is_https(request))
    return response


def _end() -> None:
    """End the session that the browser shows, if any."""
    mount = current_mount()
    session = read_session(request, mount.secret)
    if session is not None:
        mount.chat.operators.end_session(session.token)


def _onward() -> Response:
    return make_response(redirect(_wanted() or current_mount().url("/dashboard/operator-chats"), 303))


def _form(*, error: str | None = None, name: str = "", status: int = 200) -> Response:
    return make_response(render_template("opchat/login.html", next=_wanted() or "", error=error, name=name), status)


def _wanted() -> str | None:
    return local_path(request.values.get("next"))
