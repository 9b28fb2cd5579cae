"""Headers that tell browsers to keep what they are given to themselves."""

from __future__ import annotations

from flask import Blueprint, Response

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
    "X-Frame-Options": "DENY",
}


def secure(response: Response) -> Response:
    """Add what every answer carries."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def keep_private(response: Response) -> Response:
    """Forbid caches to store an answer, unless its view said how they may."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def guard(blueprint: Blueprint) -> None:
    """Give every answer of a blueprint these headers."""
    blueprint.after_request(secure)
    blueprint.after_request(keep_private)
