"""The pages' languages: which one a visitor reads, and the catalogs of strings.

Catalogs are i18next JSON, version 4 (https://www.i18next.com/misc/json-format): nested keys, ``{{name}}`` for what is
filled in, and a suffix for each CLDR plural category (``unread_one``, ``unread_few``). Translation services read the
format, browsers know the categories (``Intl.PluralRules``), and nothing has to be compiled. Templates and scripts use
the same catalog; plural forms are chosen in the browser alone, for only it shows numbers.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Request

LANGUAGES = {"en": "English", "ru": "Русский"}
"""Every language of the pages, by its code, named in itself; the first is for everyone else."""

COOKIE = "opchat_language"
"""Remembers what the visitor chose by the switch."""

LIST = frozenset({"banner", "bell", "chat", "delivery", "kind", "list", "stalled", "text", "time", "user"})
"""Beginnings of the keys that the scripts of a list use; the page brings them along."""

CHAT = frozenset(
    {
        *("attach", "buttons", "change", "composer", "failure", "format", "media", "message", "outbox", "presence"),
        *("reaction", "viewer"),
    }
)
"""Beginnings of the keys that the scripts of an open chat use besides; they come with those."""

DIRECTORY = Path(__file__).with_name("translations")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def language_of(request: Request) -> str:
    """Choose the language of an answer: the visitor's choice, else the browser's, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, default=next(iter(LANGUAGES)))


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Read all strings of a language, by keys such as ``login.title``."""
    return dict(_flatten(json.loads((DIRECTORY / f"{language}.json").read_text(encoding="utf-8"))))


def part(language: str, beginnings: frozenset[str]) -> dict[str, str]:
    """Choose the strings whose keys begin with one of some words."""
    return {key: text for key, text in catalog(language).items() if key.partition(".")[0] in beginnings}


def translate(language: str, key: str, **values: object) -> str:
    """Write the string of a key with its values filled in.

    Raises:
        KeyError: If there is no such string, or one of its values is missing.
    """
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), catalog(language)[key])


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flatten(value, f"{prefix}{key}.")
