"""Headers that tell browsers to keep what they are given to themselves."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request

from opchat_flask.origin import is_https

HTTPS_ONLY = timedelta(days=365)
"""How long a browser that came over HTTPS comes no other way; for this host, not for those below it."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data: blob:; "
    "media-src 'self' blob:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)

SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers then send ``Origin: null`` with a page's own forms, which login could not tell apart.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Other pages cannot embed an answer and learn from its size or time. What CORS allows is not its business.
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def secure(response: Response) -> Response:
    """Add what every answer carries."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def stay_with_https(response: Response) -> Response:
    """Tell a browser that came over HTTPS to come no other way: to this whole host, so that a host app decides itself.

    Browsers heed it over HTTPS alone (RFC 6797), so that a made-up header of a proxy does no harm.
    """
    if is_https(request):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={int(HTTPS_ONLY.total_seconds())}")
    return response


def keep_private(response: Response) -> Response:
    """Forbid caches to store an answer, unless its view said how they may."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def guard(blueprint: Blueprint) -> None:
    """Give every answer of a blueprint these headers."""
    blueprint.after_request(secure)
    blueprint.after_request(keep_private)
