"""What a type checker must not let pass. It is never run.

Each comment says which rule of mypy and of pyright finds the mistake, and both complain about a comment that hides
nothing: so this file is clean only as long as every mistake is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core import connect

if TYPE_CHECKING:
    from opchat_core import OperatorChat


class Mute:
    """No sender: it cannot send."""

    def is_authorized(self) -> bool:
        """Always."""
        return True


def mistakes(chat: OperatorChat) -> None:
    """One a line."""
    chat.receive(text="From nobody")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] # no user
    chat.receive(user_id=42, txt="Hello")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] # misspelt
    chat.receive(user_id=42, text=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] # no text
    chat.receive(user_id=42, created_at=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] # no time
    chat.reply(42)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] # nothing to say
    chat.reply(42, "Hello!", replyTo=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue] # JSON's name
    chat.history(42)[0].text = "Changed"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue] # frozen
    len(chat.chat(42).last_message.text)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess] # maybe none
    connect(sender=Mute())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] # not a sender
