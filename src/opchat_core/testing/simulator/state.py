"""Everything the simulator knows, in one object guarded by one condition.

Whoever touches a `State` or a `Bot` holds `State.changed`; whoever changes something calls `State.touch`, which wakes
all who wait: long polls, webhooks, phone pages, tests.
"""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from attrs import Factory, define, evolve, field

from .faults import FaultScript
from .updates import UpdateQueue
from .values import ApiError, Json, LedgerEntry, Notice, SimMessage, SimUser, StoredFile, UnknownUserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .blobs import Blob
    from .kinds import FileKind

DEFAULT_TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 - the example of Telegram's own manual
FIRST_UPDATE_ID = 100_000_001
FILE_ID_PREFIX = "SIM"  # what begins otherwise was never a file here
TYPING_LASTS = timedelta(seconds=5)

_TOKEN = re.compile(r"(\d{1,19}):[A-Za-z0-9_-]{1,64}")
# https://core.telegram.org/bots/api#getupdates: all but these come when nothing was chosen.
_ASKED_FOR_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}


@define
class Webhook:
    """Where updates are pushed to, and how the last attempts went."""

    url: str
    secret_token: str | None
    max_connections: int = 40
    failures: int = 0
    not_before: float = 0.0  # by time.monotonic()
    last_error_at: datetime | None = None
    last_error: str | None = None


@define
class Bot:
    """One bot account: its chats and what waits for it."""

    id: int
    token: str = field(repr=False)
    username: str
    first_name: str
    updates: UpdateQueue = Factory(lambda: UpdateQueue(FIRST_UPDATE_ID))
    next_message_id: int = 1
    chats: dict[int, dict[int, SimMessage]] = Factory(dict)
    blocked_by: set[int] = Factory(set)
    typing_until: dict[int, datetime] = Factory(dict)
    busy_with: dict[int, str] = Factory(dict)  # what until then: `typing`, `upload_photo`, ...
    commands: list[Json] = Factory(list)
    next_query_id: int = 4_000_000_000_000_000_001
    presses: dict[str, int] = Factory(dict)  # of buttons that wait for an answer: whose they are
    notices: dict[int, Notice] = Factory(dict)  # the last answer to a press that each user was given
    allowed_updates: list[str] = Factory(list)
    webhook: Webhook | None = None
    polls: int = 0  # counts getUpdates calls: a waiting one that sees a newer number gives up

    def as_user(self) -> Json:
        """Return the Bot API `User` object of the bot."""
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}

    def chat(self, user_id: int) -> dict[int, SimMessage]:
        """Return the messages of a chat by message id, in the order they were stored."""
        return self.chats.setdefault(user_id, {})

    def take_message_id(self) -> int:
        """Return the next message id; Telegram counts them per bot, over all its private chats."""
        self.next_message_id += 1
        return self.next_message_id - 1

    def take_query_id(self) -> str:
        """Return the next id of a `callback_query`."""
        self.next_query_id += 1
        return str(self.next_query_id - 1)

    def queue(self, kind: str, content: Json, *, now: datetime, message: tuple[int, int] | None = None) -> None:
        """Queue an update of a kind, unless the bot did not ask for this kind."""
        wanted = kind in self.allowed_updates if self.allowed_updates else kind not in _ASKED_FOR_ONLY
        if wanted:
            self.updates.add({kind: content}, now=now, message=message)

    def mark_confirmed(self, message: tuple[int, int] | None) -> None:
        """Give the message its second tick."""
        if message is not None and message[1] in self.chat(message[0]):
            chat_id, message_id = message
            self.chats[chat_id][message_id] = evolve(self.chats[chat_id][message_id], confirmed=True)


class State:
    """The simulator's memory.

    Args:
        clock: Returns the present as an aware datetime. Dates, expiry and the 48 hours go by it; pauses and timeouts
            go by real time.
        accept_any_token: Whether a well-formed token nobody registered opens a bot of its own at first use.
    """

    def __init__(self, clock: Callable[[], datetime], *, accept_any_token: bool) -> None:
        self.changed = threading.Condition()
        self.clock = clock
        self.accept_any_token = accept_any_token
        self.stopping = False
        self.version = 0
        self.bots: dict[int, Bot] = {}
        self.users: dict[int, SimUser] = {}
        self.files: dict[str, StoredFile] = {}
        self.faults = FaultScript()
        self.ledger: list[LedgerEntry] = []
        # Ids of files are like no others in the world: programs keep them, and what they got by them, for longer than
        # a simulator runs.
        self._era = token_hex(4)

    def touch(self) -> None:
        """Say that something changed."""
        self.version += 1
        self.changed.notify_all()

    def unix_time(self) -> int:
        """Return the present in Unix seconds, as Telegram's dates are."""
        return int(self.clock().timestamp())

    def add_bot(self, token: str, username: str | None = None, first_name: str | None = None) -> Bot:
        """Register a bot by its token.

        Raises:
            ValueError: The token is malformed, or another token of the same bot is registered.
        """
        found = _TOKEN.fullmatch(token)
        if not found:
            raise ValueError("a bot token looks like 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
        bot_id = int(found[1])
        if bot_id in self.bots:
            raise ValueError(f"bot {bot_id} is registered already")
        bot = Bot(bot_id, token, username or f"opchat_{bot_id}_bot", first_name or "Support")
        self.bots[bot_id] = bot
        return bot

    def authorize(self, token: str) -> Bot:
        """Return the bot that a token opens.

        Raises:
            ApiError: 404 for what is no token, 401 for a token of no bot here.
        """
        found = _TOKEN.fullmatch(token)
        if not found:
            raise ApiError(404, "Not Found")
        bot = self.bots.get(int(found[1]))
        if bot is None and self.accept_any_token:
            bot = self.add_bot(token)
        if bot is None or bot.token != token:
            raise ApiError(401, "Unauthorized")
        return bot

    def bot(self, bot_id: int | None) -> Bot:
        """Return a bot by id, or the first one."""
        if bot_id is None:
            return next(iter(self.bots.values()))
        if bot_id not in self.bots:
            raise UnknownUserError(f"no bot {bot_id}")
        return self.bots[bot_id]

    def user(self, user_id: int) -> SimUser:
        """Return a user by id.

        Raises:
            UnknownUserError: Nobody created this user.
        """
        if user_id not in self.users:
            raise UnknownUserError(f"no user {user_id}: create the user first")
        return self.users[user_id]

    def free_user_id(self) -> int:
        """Return the lowest id that no user has."""
        return next(free for free in range(1, len(self.users) + 2) if free not in self.users)

    def add_file(self, kind: FileKind, blob: Blob, file_name: str | None = None) -> StoredFile:
        """Keep a file and give it Telegram's two ids and a path."""
        number = len(self.files) + 1
        suffix = file_name.rpartition(".")[2] if file_name and "." in file_name else kind.suffix
        safe = re.sub(r"[^A-Za-z0-9]", "", suffix)[:8] or kind.suffix
        stored = StoredFile(
            file_id=f"{FILE_ID_PREFIX}{kind.name.replace('_', '')}-{self._era}-{number:08d}",
            file_unique_id=f"U{self._era}{number:08d}",
            file_path=f"{kind.folder}/file_{number}.{safe}",
            kind=kind.name,
            blob=blob.keep(),
        )
        self.files[stored.file_id] = stored
        return stored

    def close_files(self) -> None:
        """Forget all files."""
        for stored in self.files.values():
            stored.blob.close()
        self.files.clear()
        self._era = token_hex(4)

    def reset(self) -> None:
        """Forget users, messages, files, faults and ledger; the bots stay, as new. Ids start again."""
        for bot in list(self.bots.values()):
            bot.polls += 1  # ends a long poll that still waits for the old account
            self.bots[bot.id] = Bot(bot.id, bot.token, bot.username, bot.first_name, polls=bot.polls)
        self.users.clear()
        self.close_files()
        self.faults.clear()
        self.ledger.clear()
        self.touch()
