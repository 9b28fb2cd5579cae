"""What the store in memory holds."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from attrs import Factory, define

from opchat_core.model import AuditRecord, KnownToken, MessageKey, Operator, User
from opchat_core.testing.memory.bot import StoredBot
from opchat_core.testing.memory.chat import StoredChat
from opchat_core.testing.memory.report import StoredReport


@define
class StoredUser:
    """A user, and whether a verified message came from them: then only verified callers may rename them."""

    user: User
    verified: bool


@define
class StoredToken:
    """An API token; its key is its hash."""

    operator_id: int
    known: KnownToken


@define
class StoredSession:
    """A login; its key is its token's hash."""

    operator_id: int
    session_version: int
    expires_at: datetime


@define
class StoredFile:
    """A file on its way to Telegram, without a message while it is uploaded."""

    fingerprint: bytes
    content: bytes
    created_at: datetime
    key: MessageKey | None = None


@define
class KnownFile:
    """What Telegram calls a file, and when it was last sent."""

    file_id: str
    used_at: datetime


@define
class Tables:
    """Everything, as plain values, so that a copy of it is a transaction."""

    users: dict[int, StoredUser] = Factory(dict)
    chats: dict[tuple[int, str], StoredChat] = Factory(dict)
    bots: defaultdict[str, StoredBot] = Factory(lambda: defaultdict(StoredBot))
    operators: dict[int, Operator] = Factory(dict)
    operators_made: int = 0
    tokens: dict[bytes, StoredToken] = Factory(dict)
    tokens_made: int = 0
    sessions: dict[bytes, StoredSession] = Factory(dict)
    settings: dict[str, str] = Factory(dict)
    allowances: dict[bytes, datetime] = Factory(dict)
    files: dict[int, StoredFile] = Factory(dict)
    files_made: int = 0
    known_files: dict[tuple[str, bytes], KnownFile] = Factory(dict)
    records: list[AuditRecord] = Factory(list)
    reports: dict[str, StoredReport] = Factory(dict)
