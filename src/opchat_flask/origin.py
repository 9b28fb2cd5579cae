"""Telling our own pages from others': what a browser says about where a request comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Request


def is_own_origin(request: Request) -> bool | None:
    """Whether one of our own pages made the request; None when the browser does not say.

    ``Sec-Fetch-Site`` is beyond the reach of scripts, and sent over HTTPS and to localhost
    (https://www.w3.org/TR/fetch-metadata/); ``Origin`` comes with every POST of a browser.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site == "same-origin":
        return True
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == request.host_url.rstrip("/")
    return None if site is None else False


def is_https(request: Request) -> bool:
    """Whether the browser came over HTTPS, be it to a proxy before us.

    Only to be asked for what concerns the caller alone: anybody can send the proxy's header.
    """
    return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def local_path(text: str | None) -> str | None:
    r"""Take an address only if it leads to a page of this server.

    Browsers read ``//host`` and ``/\host`` as other hosts, and skip tabs and line breaks on the way to that.
    """
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return None
    return text
