"""Every error that opchat raises on purpose, in one tree.

::

    OpchatError
    ├── ConfigError                 a setting is unknown, malformed or impossible here
    ├── InvalidInput                a value breaks a rule; names each field
    ├── FileTooLarge                a file has more bytes than Telegram takes
    ├── Unauthenticated             the caller did not prove who it is
    ├── Forbidden                   the caller may not do this
    │   ├── ForbiddenDirection      an unverified caller reports an operator's answer
    │   └── ForbiddenEdit           an unverified caller edits a message
    ├── NotFound
    │   ├── UserNotFound            no such user, or no chat with them under this bot type
    │   ├── MessageNotFound         the chat has no such message
    │   ├── MediaNotFound           the message has no file, or no picture of it
    │   ├── MediaTooLarge           Telegram gives no bot a file of over 20 MB
    │   ├── MediaGone               Telegram has the file no more
    │   ├── OperatorNotFound        no operator of that name
    │   └── TokenNotFound           the operator has no such API token
    ├── Conflict
    │   ├── AnsweredByColleague     another operator answered since the caller looked
    │   ├── NotRetryable            the message is not in a state that a person can settle
    │   ├── FileGone                the file of the answer was kept for a week and is gone
    │   ├── NotChangeable           the message is not one that an operator can change now
    │   ├── TooLate                 the message was sent over 48 hours ago
    │   ├── ChangeUnderWay          Telegram is being asked for another change of the message
    │   └── OperatorExists          the name is taken
    ├── TooManyRequests             the caller's allowance is used up; carries ``retry_after``
    ├── TelegramNotConfigured       there is no bot to send this with
    └── Unavailable                 try again shortly; carries ``retry_after``
        ├── DatabaseUnavailable     PostgreSQL is away or refuses
        ├── PoolExhausted           every connection is busy
        ├── TelegramUnavailable     Telegram is away, or asks to wait
        └── SchemaOutdated          the schema is older than this library: run ``opchat migrate``

Each class has a ``code``, a stable snake_case word for programs; ``str(error)`` is one sentence for people and never
holds a token, a password or SQL.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opchat_core.model import Message


class OpchatError(Exception):
    """The root: catch it to catch everything that opchat raises on purpose."""

    code: ClassVar[str] = "error"


class ConfigError(OpchatError):
    """A setting is unknown, malformed or impossible here; the program should stop with exit status 2."""

    code = "config_error"


@frozen
class FieldError:
    """What is wrong with one field.

    Attributes:
        field: The field's name as the caller wrote it (``userId`` over HTTP, ``user_id`` in Python).
        message: What the rule is, in words that follow the field's name.
    """

    field: str
    message: str


class InvalidInput(OpchatError, ValueError):
    """One or more values break a rule; nothing was changed.

    Attributes:
        errors: One :class:`FieldError` a broken field, in the order of the fields.
    """

    code = "invalid_input"

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error.field} {error.message}" for error in self.errors))

    @classmethod
    def of(cls, field: str, message: str) -> InvalidInput:
        """Make the error of a single field."""
        return cls([FieldError(field, message)])


class FileTooLarge(OpchatError):
    """A file, or all files of an answer together, have more bytes than Telegram takes; nothing was stored."""

    code = "file_too_large"


class Unauthenticated(OpchatError):
    """The caller did not prove who it is, or the proof is no longer good."""

    code = "unauthenticated"


class Forbidden(OpchatError):
    """The caller is known, or need not be, but may not do this."""

    code = "forbidden"


class ForbiddenDirection(Forbidden):
    """Only a verified caller may record an answer that was sent elsewhere."""

    code = "forbidden_direction"


class ForbiddenEdit(Forbidden):
    """Only a verified caller may store a new version of a message."""

    code = "forbidden_edit"


class NotFound(OpchatError):
    """What was asked for does not exist."""

    code = "not_found"


class UserNotFound(NotFound):
    """No such user, or no chat with them under this bot type."""

    code = "user_not_found"


class MessageNotFound(NotFound):
    """The chat has no message with that ``seq``."""

    code = "message_not_found"


class MediaNotFound(NotFound):
    """The message has no file, or no smaller picture of it."""

    code = "media_not_found"


class MediaTooLarge(NotFound):
    """The file is over 20 MB, and Telegram gives no bot more; it can be looked at in Telegram."""

    code = "media_too_large"


class MediaGone(NotFound):
    """Telegram has the file no more, or never had it."""

    code = "media_gone"


class OperatorNotFound(NotFound):
    """There is no operator of that name."""

    code = "operator_not_found"


class TokenNotFound(NotFound):
    """The operator has no API token of that number."""

    code = "token_not_found"


class Conflict(OpchatError):
    """The request is sound but does not fit what is stored now."""

    code = "conflict"


class AnsweredByColleague(Conflict):
    """Another operator has answered since the caller last looked; nothing was stored.

    Attributes:
        messages: The messages newer than the caller's ``last_seen_seq``, oldest first.
    """

    code = "answered_by_colleague"

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = tuple(messages)
        super().__init__("Another operator has answered since you last looked.")


class NotRetryable(Conflict):
    """Only a failed or doubtful answer can be tried again or settled by a person."""

    code = "not_retryable"


class FileGone(Conflict):
    """The file of the answer was kept for a week after it could not be sent; now there is nothing to send."""

    code = "file_gone"


class NotChangeable(Conflict):
    """The message is not one that an operator can change: not theirs to change, deleted, or not settled yet."""

    code = "not_changeable"


class TooLate(Conflict):
    """The message was sent over 48 hours ago, and Telegram lets bots change nothing older."""

    code = "too_late"


class ChangeUnderWay(Conflict):
    """Telegram is being asked for another change of the message at this moment."""

    code = "change_under_way"


class OperatorExists(Conflict):
    """An operator of that name exists already."""

    code = "operator_exists"


class TooManyRequests(OpchatError):
    """The caller's allowance is used up; nothing was stored.

    Attributes:
        retry_after: How long until there is something left of it.
    """

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class TelegramNotConfigured(OpchatError):
    """There is no bot token for this bot type, so nothing can be sent; nothing was stored."""

    code = "telegram_not_configured"


class Unavailable(OpchatError):
    """Something that opchat needs is away for the moment; nothing was lost, try again.

    Attributes:
        retry_after: How long to wait before the next try.
    """

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: timedelta = timedelta(seconds=2)) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class DatabaseUnavailable(Unavailable):
    """PostgreSQL is away, restarting, read-only or refuses the work for want of room."""

    code = "database_unavailable"


class PoolExhausted(Unavailable):
    """Every pooled connection stayed busy for the whole time that a caller is made to wait."""

    code = "pool_exhausted"


class TelegramUnavailable(Unavailable):
    """Telegram cannot be reached, does not answer as it should, or asks to wait."""

    code = "telegram_unavailable"


class SchemaOutdated(Unavailable):
    """The database's schema is not the one this version needs: run ``opchat migrate``."""

    code = "schema_outdated"
