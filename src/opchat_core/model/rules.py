"""The rules that values obey, as converters: each returns the clean value or raises ``ValueError``.

The error's text is the rule, in words that follow the field's name: "``userId`` must be an integer from 1 to 2^52".
Converters take what JSON or Python callers give and are idempotent, so that a checked value passes again unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from opchat_core.model.text import MAX_TEXT, utf16_length

MAX_ID = 2**52
"""Telegram ids have at most 52 significant bits (https://core.telegram.org/bots/api#user)."""

MAX_NUMBER = 2**63
"""The largest absolute value of a number in JSON of a caller."""

MAX_DEPTH = 32
"""How deep JSON of a caller may nest."""

Word = TypeVar("Word", bound=StrEnum)

_DECIMAL = re.compile(r"[0-9]{1,16}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOT_TYPE = re.compile(r"[a-z0-9_-]{1,32}", re.ASCII)
_OFFSET_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


def telegram_id(value: object) -> int:
    """A Telegram user id: an integer or a decimal string, 1 to 2^52."""
    rule = f"must be an integer from 1 to {MAX_ID}"
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    return _integer(value, 1, MAX_ID, rule)


def positive_integer(value: object) -> int:
    """A number that counts something, 1 to 2^52."""
    return _integer(value, 1, MAX_ID, f"must be an integer from 1 to {MAX_ID}")


def whole_number(value: object) -> int:
    """A size or a position, 0 to 2^52."""
    return _integer(value, 0, MAX_ID, f"must be an integer from 0 to {MAX_ID}")


def _integer(value: object, least: int, most: int, rule: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(rule)
    return value


def flag(value: object) -> bool:
    """True or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every rule speaks through ValueError
    return value


def string(most: int, *, blank: bool = True) -> Callable[[object], str]:
    """Make the rule of a string of at most ``most`` UTF-16 units that PostgreSQL and UTF-8 can hold."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a string")  # noqa: TRY004 - every rule speaks through ValueError
        if (len(value) if value.isascii() else utf16_length(value)) > most:
            raise ValueError(f"must be at most {most} UTF-16 units long")
        _storable(value)
        if not blank and not value.strip():
            raise ValueError("must not be blank")
        return value

    return check


message_text = string(MAX_TEXT)
name = string(256)
language_code = string(35)
identifier = string(256, blank=False)


def _storable(text: str) -> None:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    if _SURROGATE.search(text):
        raise ValueError("must not contain lone surrogates")


def bot_type(value: object) -> str:
    """The name of a bot: ``[a-z0-9_-]{1,32}``."""
    if not isinstance(value, str) or not _BOT_TYPE.fullmatch(value):
        raise ValueError("must match [a-z0-9_-]{1,32}")
    return value


def word(words: type[Word]) -> Callable[[object], Word]:
    """Make the rule of one word out of a closed list."""
    listed = ", ".join(words)

    def check(value: object) -> Word:
        try:
            return words(value) if isinstance(value, str) else words("")
        except ValueError:
            raise ValueError(f"must be one of {listed}") from None

    return check


def moment(value: object) -> datetime:
    """A point in time: an aware datetime, ISO 8601 with an offset, or Unix seconds; returned in UTC."""
    rule = "must be ISO 8601 with an offset, or Unix seconds"
    try:
        if isinstance(value, bool):
            raise ValueError(rule)  # noqa: TRY004, TRY301 - True is an int to Python, and no time
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and _OFFSET_TIME.fullmatch(value):
            value = datetime.fromisoformat(value.upper())
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(rule) from None
    raise ValueError(rule)


def json_object(value: object) -> Mapping[str, Any]:
    """A JSON object that ``jsonb`` can hold."""
    if not isinstance(value, Mapping):
        raise ValueError("must be an object")  # noqa: TRY004 - every rule speaks through ValueError
    _storable_json(value)
    return value


def json_objects(value: object) -> tuple[Mapping[str, Any], ...]:
    """A list of JSON objects that ``jsonb`` can hold."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, Mapping) for v in value):
        raise ValueError("must be a list of objects")
    _storable_json(value)
    return tuple(value)


def _storable_json(value: object, depth: int = 0) -> None:
    """Check every string, number and level of a JSON value."""
    if depth > MAX_DEPTH:
        raise ValueError(f"must not nest deeper than {MAX_DEPTH} levels")
    match value:
        case str():
            _storable(value)
        case Mapping():
            for key, item in value.items():
                _storable_json(key, depth + 1)
                _storable_json(item, depth + 1)
        case Sequence():
            for item in value:
                _storable_json(item, depth + 1)
        case None | bool():
            pass
        case int() | float() if not abs(value) <= MAX_NUMBER:  # also true of NaN
            raise ValueError("must not contain numbers beyond 64 bits")
        case int() | float():
            pass
        case _:
            raise ValueError("must hold nothing but JSON")
