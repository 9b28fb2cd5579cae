"""A Telegram user who writes to the company."""

from __future__ import annotations

from attrs import frozen


@frozen
class User:
    """Who a chat is with, as Telegram last told it.

    Attributes:
        user_id: Telegram's id, 1 to 2^52; in a private chat also the id of the chat.
        first_name: Given name, or None when not known.
        last_name: Family name, or None.
        username: Without the ``@``, or None.
        language_code: IETF tag of the user's client, or None.
    """

    user_id: int
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None

    @property
    def full_name(self) -> str:
        """Both names as one reads them; the username or the id where there are none."""
        named = " ".join(part for part in (self.first_name, self.last_name) if part)
        return named or (f"@{self.username}" if self.username else str(self.user_id))
