"""The frozen values the simulator hands to its callers, and the refusal of its Bot API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .kinds import CONTENT_KINDS

if TYPE_CHECKING:
    from .blobs import Blob

# A JSON object as Telegram would send it. Its shape is Telegram's, so it stays a dictionary.
Json = dict[str, Any]


class ApiError(Exception):
    """A refusal by the Bot API: becomes Telegram's error envelope.

    Args:
        code: The HTTP status, which Telegram repeats as `error_code`.
        description: Telegram's words, prefix included (`Bad Request: chat not found`).
        retry_after: Seconds to wait; only 429 has it.
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def envelope(self) -> Json:
        """Return the JSON body that Telegram answers with."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


class UnknownUserError(LookupError):
    """The simulator has no user, or no message, with that id: create it first."""


@frozen
class SimUser:
    """A person with a phone."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None

    def as_from(self) -> Json:
        """Return the Bot API `User` object of this person."""
        return {"id": self.id, "is_bot": False, **self._names(), **_present(language_code=self.language_code)}

    def as_chat(self) -> Json:
        """Return the Bot API `Chat` object of the private chat with this person."""
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> Json:
        return {
            "first_name": self.first_name,
            **_present(last_name=self.last_name, username=self.username),
        }


@frozen
class StoredFile:
    """A file that somebody uploaded, kept until the simulator is reset or stopped.

    Attributes:
        file_id: Telegram's id by which it is fetched, and sent again.
        file_unique_id: The same for the same file, but of no use to fetch it.
        file_path: Where it is downloaded from, after `getFile`.
        kind: As what it was sent: a key of `FILE_KINDS`, or `thumbnail`.
        blob: Its bytes.
        content: The fields of a `Message` object that carries it; empty for a thumbnail.
    """

    file_id: str
    file_unique_id: str
    file_path: str
    kind: str
    blob: Blob = field(repr=False)
    content: Json = field(factory=dict, repr=False)

    def as_file(self) -> Json:
        """Return what every Bot API object that stands for a file begins with."""
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id, "file_size": self.blob.size}


@frozen
class SimMessage:
    """A message in the chat of one user with one bot.

    Attributes:
        message_id: Telegram's id, counted per bot.
        chat_id: The user's id: a private chat has the id of the person.
        outgoing: `True` when the bot sent it, `False` when the user did.
        body: The Bot API `Message` object.
        confirmed: The bot has confirmed the update that brought it.
        deleted: The bot deleted it; the phone no longer shows it.
        bot_reactions: The emoji that the bot has put on it.
        user_reactions: The emoji that the user has put on it.
    """

    message_id: int
    chat_id: int
    outgoing: bool
    body: Json
    confirmed: bool = False
    deleted: bool = False
    bot_reactions: tuple[str, ...] = ()
    user_reactions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text, or the caption of a file, or nothing."""
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def kind(self) -> str:
        """The first of `CONTENT_KINDS` that it has (`text`, `photo`, `location`, ...), or `unsupported`."""
        return next((key for key in CONTENT_KINDS if key in self.body), "unsupported")

    def without_reply(self) -> Json:
        """Return the `Message` object as it stands in one that answers it: Telegram nests no further."""
        return {key: value for key, value in self.body.items() if key not in {"reply_to_message", "quote"}}

    @property
    def ticks(self) -> int | None:
        """1: the simulator has it; 2: the bot confirmed its update; `None` for the bot's own messages."""
        if self.outgoing:
            return None
        return 2 if self.confirmed else 1


@frozen
class Notice:
    """What a bot answered to a pressed button.

    Attributes:
        query_id: Of the `callback_query`.
        text: What the phone shows, if anything.
        alert: Whether the user has to put it away.
    """

    query_id: str
    text: str
    alert: bool


@frozen
class LedgerEntry:
    """One request that reached the Bot API.

    Attributes:
        seq: 1, 2, 3... in the order the simulator decided about them.
        time: When, by the simulator's clock.
        method: The method as it was called, or `file` for a download.
        params: The parameters as text, whatever encoding brought them; an upload is `{"file_name", "size"}`.
        accepted: Whether the call took effect, whatever the caller came to know of it.
        status: The HTTP status answered, `None` when the connection was cut instead.
        message_id: Of the message that an accepted send made, or the first of several.
        fault: The kind of the scripted fault that struck.
        description: Telegram's words when the call was refused.
    """

    seq: int
    time: datetime
    method: str
    params: Json
    accepted: bool
    status: int | None
    message_id: int | None = None
    fault: str | None = None
    description: str | None = None

    @property
    def outcome(self) -> str:
        """`cut` when no whole answer was given, else `accepted` or `refused`."""
        if self.status is None:
            return "cut"
        return "accepted" if self.accepted else "refused"


def _present(**values: str | None) -> Json:
    """Keep what has a value: Telegram leaves out what is not set."""
    return {key: value for key, value in values.items() if value is not None}
