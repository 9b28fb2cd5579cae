"""Updates as Telegram sends them, for the tests of the bot."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ANNA: Json = {"id": 42, "is_bot": False, "first_name": "Anna", "username": "anna", "language_code": "ru"}
DATE = 1_750_000_000


def message(number: int = 1, *, sender: Json | None = None, **content: Any) -> Json:
    """The ``Message`` object of a private chat, with any content; a text when none is given."""
    sender = sender or ANNA
    chat = {"type": "private", **{key: sender[key] for key in sender.keys() - {"is_bot", "language_code"}}}
    return {"message_id": number, "from": sender, "chat": chat, "date": DATE, **(content or {"text": "Hello"})}


def update(number: int = 1, *, update_id: int = 1000, **content: Any) -> Json:
    """The ``Update`` that brings such a message."""
    return {"update_id": update_id, "message": message(number, **content)}


def member(status: str, *, kind: str = "private") -> Json:
    """The ``Update`` that tells of a block (``kicked``) or its end (``member``)."""
    bot = {"id": 1, "is_bot": True, "first_name": "Bot"}
    return {
        "update_id": 1000,
        "my_chat_member": {
            "chat": {"id": 42, "type": kind, "first_name": "Anna"},
            "from": ANNA,
            "date": DATE,
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": status, "until_date": 0},
        },
    }


def file(name: str, **more: Any) -> Json:
    """A file object of Telegram."""
    return {"file_id": f"{name}-id", "file_unique_id": f"{name}-unique", **more}
