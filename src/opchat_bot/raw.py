"""Updates as Telegram sends them: JSON that may be of any shape, newer than this program or broken."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from opchat_core.model import rules

MAX_RAW = 64 * 1024
"""The most bytes of an update that are kept; Telegram's server drops updates that are larger."""

_WHOSE = ("from", "chat", "user")
_MAX_OBJECTS = 1000  # looked at in search of an id; an update that a person wrote has fewer


def object_of(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def update_id(update: object) -> int | None:
    """Return the update's number, or None when it has none."""
    number = object_of(update).get("update_id")
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def user_id_of(person: object) -> int | None:
    """Return the id of a ``User`` or private ``Chat`` object; None for bots, groups and what is neither."""
    found = object_of(person)
    number = found.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= rules.MAX_ID:
        return None
    return None if found.get("is_bot") is True else number


def is_private(content: object) -> bool:
    """Whether the content of an update belongs to a private chat, as far as it says where it belongs."""
    found = object_of(content)
    chat = found.get("chat", object_of(found.get("message")).get("chat"))  # a button belongs where its message is
    kind = object_of(chat).get("type", "private")
    return kind == "private" or not isinstance(kind, str)


def find_user_id(update: object) -> int | None:
    """Find whose update this is: the sender's or the chat's id that is nearest to the top."""
    waiting = deque([update])
    for _ in range(_MAX_OBJECTS):
        if not waiting:
            break
        value = waiting.popleft()
        if isinstance(value, Mapping):
            for key in _WHOSE:
                if (found := user_id_of(value.get(key))) is not None:
                    return found
        waiting.extend(_inside(value))
    return None


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def keepable(update: object) -> Mapping[str, Any]:
    """Return an update as a JSON object that the API and PostgreSQL can hold.

    It is the update itself wherever that is possible. Else (NUL, lone surrogates, nesting, size) it is
    ``{"rawJson": text}``, with the update as JSON in ASCII, cut off after 64 KiB.
    """
    if isinstance(update, Mapping):
        try:
            if len(json.dumps(rules.json_object(update), ensure_ascii=False, allow_nan=False).encode()) <= MAX_RAW:
                return update
        except ValueError:
            pass  # it goes as text, below
    return {"rawJson": in_words(update)}


def in_words(update: object) -> str:
    """Return an update as JSON text in ASCII, cut off after 64 KiB, for the log and for :func:`keepable`."""
    try:
        return json.dumps(update)[:MAX_RAW]
    except RecursionError:
        return "nested too deep to be shown"
