"""One request of the control API, as its routes see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import frozen

from opchat_core.testing.simulator.views import camel

if TYPE_CHECKING:
    from opchat_core.testing.simulator.body import Body
    from opchat_core.testing.simulator.simulator import Simulator
    from opchat_core.testing.simulator.values import Json


@frozen
class Request:
    """What a route needs to answer.

    Attributes:
        sim: Whose control API it is.
        ids: What the path names.
        query: What follows the `?`.
        body: The JSON object that came; empty when the body is no JSON.
        stream: The body of an upload, still to be read.
        wanted: The `Range` header, if there was one.
    """

    sim: Simulator
    ids: list[str]
    query: dict[str, str]
    body: Json
    stream: Body
    wanted: str

    @property
    def user_id(self) -> int:
        """The user whom the path names first."""
        return int(self.ids[0])

    @property
    def message_id(self) -> int:
        """The message that the path names second."""
        return int(self.ids[1])

    @property
    def bot(self) -> int | None:
        """The bot that the query names."""
        return self.number("bot")

    def number(self, name: str) -> int | None:
        """Return a number of the query."""
        return int(self.query[name]) if self.query.get(name) else None

    def text(self, name: str = "text") -> str:
        """Return a text of the body.

        Raises:
            TypeError: It is no string.
        """
        text = self.body.get(name)
        if not isinstance(text, str):
            raise TypeError(f"{name} is a string")
        return text

    def arguments(self, *names: str) -> Json:
        """Return what the body has of these, as keyword arguments."""
        return arguments(self.body, *names)


def arguments(values: Json, *names: str) -> Json:
    """Return the keys of an object that are there, as keyword arguments: Python's names of them are asked for."""
    keys = {name: camel(name) for name in names}
    return {name: values[key] for name, key in keys.items() if values.get(key) is not None}


def read_object(body: Body) -> Json:
    """Return the JSON object of a body; an empty body counts as an empty one.

    Raises:
        ValueError: It is no JSON, or no object.
    """
    data = body.read_all()
    values = json.loads(data) if data else {}
    if not isinstance(values, dict):
        raise TypeError("send a JSON object")
    return values
