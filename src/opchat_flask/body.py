"""Reading JSON bodies, however they were damaged on the way or made to do damage."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from opchat_core.errors import InvalidInput
from opchat_flask.mount import current_mount
from opchat_flask.uploads import Origin

MAX_BODY = 256 * 1024
"""Bytes of a request's body, with or without a ``Content-Length``."""


def read_json(origin: Origin = Origin.PROVEN) -> Mapping[str, Any]:
    """Read the current request's body as a JSON object.

    Stricter than Python's ``json``: UTF-8 only; a key may not come twice, since two readers of such an object need not
    agree on what it says; ``NaN``, ``Infinity`` and numbers beyond a double are no JSON.

    Args:
        origin: Who sends it; by default somebody who has proved who they are.

    Raises:
        Unavailable: If this process reads too many bodies already.
        UnsupportedMediaType: If it does not say that it is ``application/json``.
        RequestEntityTooLarge: If it is longer than :data:`MAX_BODY`.
        BadRequest: If it is no JSON.
        InvalidInput: If it is JSON, but no object.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body must be application/json.")
    # One byte more than is allowed: of a body without a length, Werkzeug may read just so many and say nothing.
    request.max_content_length = MAX_BODY + 1
    with current_mount().uploads.reading(origin):
        raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        raise RequestEntityTooLarge("The body is longer than 256 KiB.")
    return parse(raw)


def parse(raw: bytes) -> Mapping[str, Any]:
    """Read bytes as a JSON object.

    Raises:
        BadRequest: If they are no JSON.
        InvalidInput: If they are JSON, but no object.
    """
    try:
        data = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise BadRequest("The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise InvalidInput.of("body", "must be a JSON object")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is beyond a double")
    return number


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
