"""Attrs classes whose fields are checked one by one at construction, and whole from a caller's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Self

import attrs

from opchat_core.errors import FieldError, InvalidInput

_KEY = "key"
_RULE = "rule"


def checked(rule: Callable[[object], Any], *, default: Any = attrs.NOTHING, key: str | None = None) -> Any:
    """Declare a field that obeys a rule of :mod:`opchat_core.model.rules`.

    ``None`` passes unchecked where it is the default: it stands for "not given".

    Args:
        rule: Returns the clean value or raises ``ValueError`` with words that follow the field's name.
        default: The value when the field is not given; a field without one is required.
        key: The JSON key, where it is not the camelCase of the field's name.
    """
    if default is None:
        rule = attrs.converters.optional(rule)

    def convert(value: object, field: attrs.Attribute[Any]) -> Any:
        try:
            return rule(value)
        except ValueError as error:
            raise InvalidInput.of(field.name, str(error)) from None

    return attrs.field(
        default=default,
        converter=attrs.Converter(convert, takes_field=True),
        metadata={_KEY: key, _RULE: rule},
    )


class Checked:
    """A base for frozen attrs classes of :func:`checked` fields that callers may hand in as JSON."""

    __slots__ = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any], prefix: str = "", **more: Any) -> Self:
        """Build the value from a JSON object with camelCase keys; ``null`` is "not given", unknown keys are ignored.

        Args:
            data: The decoded object.
            prefix: What to put before each key in errors (``media.``).
            **more: Fields that are not the caller's to give, as they are.

        Raises:
            InvalidInput: With every broken field, under its JSON key.
        """
        known = _keys(cls)  # type: ignore[arg-type] # classes can be hashed
        with suppress(InvalidInput, TypeError):  # of which this tells only the first; below, all are found
            return cls(**{name: data[key] for name, key in known if data.get(key) is not None}, **more)
        values: dict[str, Any] = dict(more)
        errors: list[FieldError] = []
        keys: dict[str, str] = {}
        for field in attrs.fields(cls):  # type: ignore[arg-type] # every subclass is an attrs class
            if _RULE not in field.metadata:  # not a caller's to give
                continue
            key = keys[field.name] = field.metadata[_KEY] or camel(field.name)
            if data.get(key) is None and field.default is not attrs.NOTHING:
                continue
            if key not in data:
                errors.append(FieldError(prefix + key, "is required"))
                continue
            try:
                values[field.name] = field.metadata[_RULE](data[key])
            except InvalidInput as error:  # a checked value inside this one
                errors += [FieldError(f"{prefix}{key}.{inner.field}", inner.message) for inner in error.errors]
            except ValueError as error:
                errors.append(FieldError(prefix + key, str(error)))
        if errors:
            raise InvalidInput(errors)
        try:
            return cls(**values)
        except InvalidInput as error:  # a rule between fields, told in Python's names
            raise InvalidInput(
                FieldError(prefix + keys.get(e.field, e.field), e.message) for e in error.errors
            ) from None


@cache
def _keys(cls: type[Checked]) -> tuple[tuple[str, str], ...]:
    """The names of the fields that callers may give, with their JSON keys."""
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)  # type: ignore[arg-type] # as above
    return tuple((field.name, field.metadata[_KEY] or camel(field.name)) for field in fields if _RULE in field.metadata)


def camel(name: str) -> str:
    """Turn ``first_name`` into ``firstName``."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)
