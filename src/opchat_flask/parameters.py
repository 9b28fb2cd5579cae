"""Reading what stands in a request's address: ids in the path, and query parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from flask import request

from opchat_core.errors import FieldError, InvalidInput, MessageNotFound, UserNotFound
from opchat_core.model import OPERATOR, MessageKey, rules

Value = TypeVar("Value")

_DECIMAL = re.compile(r"[0-9]{1,16}", re.ASCII)


class Query:
    """The current request's query parameters, read one by one; what is wrong with them is told all at once.

    ::

        query = Query()
        limit = query.read("limit", number(1, 200), 50)
        query.check()
    """

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def read(self, name: str, rule: Callable[[str], Value], default: Value) -> Value:
        """Read one parameter by a rule; the default when it is not given or breaks the rule."""
        text = request.args.get(name)
        if text is None:
            return default
        try:
            return rule(text)
        except InvalidInput as error:
            self._errors += [FieldError(name, inner.message) for inner in error.errors]
        except ValueError as error:
            self._errors.append(FieldError(name, str(error)))
        return default

    def check(self) -> None:
        """Insist that every parameter read so far was sound.

        Raises:
            InvalidInput: If not, with every broken one.
        """
        if self._errors:
            raise InvalidInput(self._errors)


def number(least: int, most: int = rules.MAX_ID) -> Callable[[str], int]:
    """Make the rule of a decimal number within bounds."""

    def check(text: str) -> int:
        if not _DECIMAL.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError(f"must be an integer from {least} to {most}")
        return int(text)

    return check


def optional(rule: Callable[[str], Value]) -> Callable[[str], Value | None]:
    """Make a rule whose default may be None."""
    return rule


def query_bot_type() -> str:
    """Read ``?botType=``: which bot's chat is meant.

    Raises:
        InvalidInput: If it cannot be one.
    """
    query = Query()
    bot_type = query.read("botType", rules.bot_type, OPERATOR)
    query.check()
    return bot_type


def path_user(text: str) -> int:
    """Read the user's id in a path.

    Raises:
        UserNotFound: If it can be no user's id.
    """
    try:
        return rules.telegram_id(text)
    except ValueError:
        raise UserNotFound("There is no chat with this user.") from None


def path_message(user: str, seq: str) -> MessageKey:
    """Read which message a path names.

    Raises:
        UserNotFound: If the id can be no user's.
        MessageNotFound: If the ``seq`` can be no message's.
    """
    user_id = path_user(user)
    bot_type = query_bot_type()
    try:
        return MessageKey(user_id, bot_type, number(1)(seq))
    except ValueError:
        raise MessageNotFound("The chat has no such message.") from None
