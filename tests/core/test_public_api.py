"""What ``opchat_core`` exports is what an embedder needs, said in full, and nothing else."""

from __future__ import annotations

import inspect
import typing
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

import opchat_core
from opchat_core import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC = {name: getattr(opchat_core, name) for name in opchat_core.__all__}
ERRORS = {error for error in vars(errors).values() if inspect.isclass(error)}


def callables_of(thing: object) -> Iterator[tuple[str, Any]]:
    """A public function itself, or the public methods and properties of a public class, by name."""
    if not inspect.isclass(thing):
        yield getattr(thing, "__name__", ""), thing
        return
    for name, member in inspect.getmembers(thing):
        if name.startswith("_") or (issubclass(thing, Enum) and name in dir(str)):
            continue
        found = member.fget if isinstance(member, property) else inspect.unwrap(getattr(member, "__func__", member))
        if inspect.isfunction(found) and found.__module__.startswith("opchat_core"):
            yield f"{thing.__name__}.{name}", found


def hints_of(thing: object) -> Iterator[Any]:
    """All types that a public name speaks of: its fields, its parameters, its results."""
    if inspect.isclass(thing) and not issubclass(thing, Enum):
        fields = typing.get_type_hints(thing)
        yield from (hint for name, hint in fields.items() if not name.startswith("_"))
    for _, one in callables_of(thing):
        if inspect.isfunction(one):
            yield from typing.get_type_hints(one).values()


def classes_in(hint: Any) -> Iterator[type]:
    """The classes of opchat in a type, however deep."""
    for part in typing.get_args(hint):
        yield from classes_in(part)
    if inspect.isclass(hint) and hint.__module__.startswith("opchat_core"):
        yield hint


def test_exports_are_there_once_and_in_order() -> None:
    """The list is sorted as ruff sorts it, and each name on it exists."""
    assert len(set(opchat_core.__all__)) == len(opchat_core.__all__) == len(PUBLIC)


def test_nothing_else_is_visible() -> None:
    """What can be imported from the package is exported, or a module of its own, or private."""
    visible = {name for name, value in vars(opchat_core).items() if not name.startswith("_")}
    modules = {name for name in visible if inspect.ismodule(getattr(opchat_core, name))}
    assert visible - modules == set(opchat_core.__all__)


@pytest.mark.parametrize("name", opchat_core.__all__)
def test_whatever_a_public_name_speaks_of_is_public(name: str) -> None:
    """Nobody has to import from a module within the package to say the type of what they got."""
    known = set(map(id, PUBLIC.values()))
    spoken = {found for hint in hints_of(PUBLIC[name]) for found in classes_in(hint)}
    assert {found for found in spoken if id(found) not in known and found not in ERRORS} == set()


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "Outcome"])  # a union has no docstring
def test_each_public_name_says_what_it_means(name: str) -> None:
    """A sentence for each class, function, method and property, and a word for each field."""
    thing = PUBLIC[name]
    silent = [where for where, one in callables_of(thing) if inspect.isfunction(one) and not inspect.getdoc(one)]
    assert silent == []
    text = inspect.getdoc(thing) or ""
    assert text.split("\n")[0].endswith((".", ":", ";"))
    fields = [one for one in getattr(thing, "__attrs_attrs__", ()) if not one.name.startswith("_")]
    assert [one.name for one in fields if f"{one.name}:" not in text and len(fields) > 2] == []
