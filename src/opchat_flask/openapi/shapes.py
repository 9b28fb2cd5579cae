"""What the shapes of the API are made of: JSON Schema for a text, a number, a time, a list, an object."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from opchat_core.model.rules import MAX_ID

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
POSITIVE: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
TIME: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
BOT_TYPE: Schema = {"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"}
TELEGRAM_ID: Schema = {
    "description": "A Telegram user id, 1 to 2^52, as a number or in decimal digits.",
    "oneOf": [POSITIVE, {"type": "string", "pattern": "^[1-9][0-9]{0,14}$"}],
}


def ref(name: str) -> Schema:
    """Point to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def words(kind: type[StrEnum]) -> Schema:
    """Describe one word out of a closed list."""
    return {"type": "string", "enum": [word.value for word in kind]}


def nullable(schema: Schema) -> Schema:
    """Allow null beside a schema."""
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def text(most: int, *, least: int = 0) -> Schema:
    """Describe a string by its length in UTF-16 units."""
    return {"type": "string", "minLength": least, "maxLength": most}


def record(
    properties: dict[str, Schema], *, required: tuple[str, ...] | None = None, optional: tuple[str, ...] = ()
) -> Schema:
    """Describe an object; all keys are required unless told otherwise."""
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in (properties if required is None else required) if key not in optional],
    }


def success(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """Describe the answer to a change."""
    return record(
        {"success": {"const": True}, **properties},
        required=("success", *(key for key in properties if key not in optional)),
    )
