"""The catalogs of strings: complete in every language, and nothing in them that nobody says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import opchat_flask
from opchat_core.model import DeliveryStatus, FailureCode, MessageType
from opchat_core.model.health import StallReason
from opchat_flask.i18n import CHAT, LANGUAGES, LIST, catalog, part, translate

PACKAGE = Path(opchat_flask.__file__).parent
# CLDR's categories of whole numbers (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html);
# Russian says "other" of fractions, and browsers ask for it by name.
CATEGORIES = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
PLURAL = re.compile(r"^(.+)_(one|few|many|other)$")
CALL = re.compile(r"""\bt\(\s*["'`]([a-z_.]+)["'`]""")
# Keys that are put together from a word of the contract.
BUILT = {
    *(f"bell.{word}" for word in ("all", "ask", "sound", "muted")),
    *(f"kind.{word}" for word in MessageType if word != MessageType.TEXT),
    *(f"delivery.{word}" for word in DeliveryStatus),
    *(f"login.error.{word}" for word in ("credentials", "throttled", "ticket", "origin")),
    *(f"error.{part}.{word}" for part in ("title", "hint") for word in (401, 403, 404, 429, 500, 503, "other")),
    *(f"stalled.{word}" for word in StallReason),
    *(f"format.{word}" for word in ("bold", "italic", "code", "text_link")),
    *(f"change.{action}.{state}" for action in ("edit", "delete", "react") for state in ("pending", "refused")),
    *(f"list.empty_{word}" for word in ("open", "closed")),
    *(f"outbox.code.{word}" for word in ("unanswered", "unauthenticated", "telegram_not_configured", "files_gone")),
    *(f"outbox.code.{word}" for word in ("file_too_large", "too_late", "not_changeable", "change_under_way")),
}
# An unknown outcome has one sentence for whatever the reason is.
FAILURES = {f"failure.{word}" for word in FailureCode} - {"failure.answer_lost", "failure.lease_expired"}


def base(key: str) -> str:
    match = PLURAL.match(key)
    return match[1] if match else key


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\{(\w+)\}\}", text))


def used() -> set[str]:
    sources = [*PACKAGE.glob("templates/**/*.html"), *PACKAGE.glob("static/js/**/*.js")]
    called = {key for source in sources for key in CALL.findall(source.read_text(encoding="utf-8"))}
    # Choices between two keys inside one call
    chosen = {
        key
        for source in sources
        for call in re.findall(r"\bt\(([^()]*\?[^()]*:[^()]*)\)", source.read_text(encoding="utf-8"))
        for key in re.findall(r'"([a-z_]+\.[a-z_.]+)"', call)
    }
    return (called | chosen | BUILT | FAILURES) - {
        "kind.",
        "list.empty_",
        "delivery.",
        "login.error.",
        "error.title.",
        "error.hint.",
        "format.",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_that_is_said_is_in_the_catalog_and_no_other(language: str) -> None:
    """A string that is missing in one language, or that nobody uses any more, is named here."""
    assert {base(key) for key in catalog(language)} == used()


@pytest.mark.parametrize(("scripts", "prefixes"), [("*.js", LIST), ("notify/*.js", LIST), ("chat/*.js", LIST | CHAT)])
def test_scripts_are_given_what_they_say(scripts: str, prefixes: frozenset[str]) -> None:
    """A list is painted without the strings of chats, so that none of them may be asked for there."""
    sources = PACKAGE.joinpath("static", "js").glob(scripts)
    said = {
        key for source in sources for key in re.findall(r'"([a-z]+)\.[a-z_.]+"', source.read_text(encoding="utf-8"))
    }
    known = {key.partition(".")[0] for key in catalog("en")}
    assert said & known <= prefixes
    assert {key.partition(".")[0] for key in part("ru", prefixes)} == prefixes


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_complete(language: str) -> None:
    """Where a string has plural forms, it has all of its language's."""
    forms: dict[str, set[str]] = {}
    for key in catalog(language):
        if match := PLURAL.match(key):
            forms.setdefault(match[1], set()).add(match[2])
    assert forms
    assert {key: found for key, found in forms.items() if found != CATEGORIES[language]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    """A value that English names is named in every language, save for the number in "one"."""
    english = {base(key): placeholders(text) for key, text in catalog("en").items()}
    for key, text in catalog(language).items():
        if not text.strip():
            pytest.fail(f"{key} is empty")
        assert placeholders(text) | {"count"} == english[base(key)] | {"count"}, key


def test_a_missing_value_is_an_error_and_not_a_hole_in_the_page() -> None:
    """Better no page than one that says "{{name}}"."""
    assert "(Ольга)" in translate("ru", "outbox.overtaken", name="Ольга")
    with pytest.raises(KeyError):
        translate("en", "outbox.overtaken")
