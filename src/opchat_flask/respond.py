"""Writing JSON answers, whole ones and "you have that already"."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, request

PRIVATE = "private, no-cache"
"""A browser may keep it for its user, and must ask each time whether it is still right."""


def json_response(data: Any, status: int = 200) -> Response:
    """Write a JSON answer in UTF-8."""
    return Response(encode(data), status, mimetype="application/json")


def tagged(response: Response, tag: str) -> Response:
    """Give an answer its entity tag; weak, so that a compressing proxy need not drop it."""
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = PRIVATE
    return response


def is_known(tag: str) -> bool:
    """Whether the caller says that it holds the answer with this tag."""
    return request.if_none_match.contains_weak(tag)


def not_modified(tag: str) -> Response:
    """Tell the caller that what it holds is still right."""
    return tagged(Response(status=304), tag)


def conditional_json(data: Any) -> Response:
    """Write a JSON answer, or 304 when the caller holds exactly this one."""
    tag = digest(data)
    return not_modified(tag) if is_known(tag) else tagged(json_response(data), tag)


def digest(data: Any) -> str:
    """Name a JSON value by its content."""
    return hashlib.blake2b(encode(data), digest_size=16).hexdigest()


def encode(data: Any) -> bytes:
    """Write JSON in UTF-8, without spaces."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
