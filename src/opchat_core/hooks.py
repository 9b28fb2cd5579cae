"""Who else wants to know what happens: a host's own code, and whoever counts.

A hook is told in the process where something happens, after it is stored, by the thread that did it. It cannot break
the chat: what a function raises goes to the log, and the others are called all the same. It can slow the chat down, so
a function that has more to do than to count hands it to a queue or a thread of its own. What other processes do is told
there; :meth:`~opchat_core.OperatorChat.changes` tells of all of them, as a hint.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from attrs import frozen

from opchat_core.model import Chat, Message, Outcome

_log = logging.getLogger(__name__)

Value = TypeVar("Value")
Listener = TypeVar("Listener", bound=Callable[..., object])


class Hook(Generic[Value]):
    """Functions to call when something happens. Call it with a function to add that one; it is a decorator, too.

    Args:
        name: For the log.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._listeners: tuple[Callable[[Value], object], ...] = ()

    def __call__(self, listener: Listener) -> Listener:
        """Call a function from now on, with one value each time."""
        self._listeners += (listener,)
        return listener

    def __bool__(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._listeners)

    def tell(self, value: Value) -> None:
        """Call all of them, in the order in which they were added."""
        for listener in self._listeners:
            try:
                listener(value)
            except Exception:  # noqa: BLE001 - whatever it is, the chat goes on
                _log.exception("hook.broken", extra={"hook": self._name})


@frozen
class Attempt:
    """One try to take an answer to Telegram.

    Attributes:
        message: The answer as it was claimed; ``message.delivery.attempts`` counts this try.
        outcome: How it ended.
        took: How long Telegram took, or how long it was waited for.
    """

    message: Message
    outcome: Outcome
    took: timedelta


@frozen
class PoolUse:
    """How many of a process's database connections are lent, when one is lent or comes back.

    Attributes:
        in_use: So many.
        size: Of so many at most.
        refused: A caller was turned away, for all of them were lent for too long.
    """

    in_use: int
    size: int
    refused: bool = False


class Hooks:
    """What happens in this process, one hook for each kind: ``chat.hooks.on_message(call)``.

    What is done in a transaction of the host (:meth:`~opchat_core.OperatorChat.using`) or in a rehearsal is told to
    nobody, for it may never have happened.

    Attributes:
        on_message: A message was stored, in either direction, or has a new version; not when it was there before.
        on_delivery: An answer has another delivery status.
        on_status: An operator opened or closed a chat. That a user's message reopened one is told by ``on_message``.
        on_attempt: A try to send an answer has ended.
        on_pool: A database connection was lent or came back.
    """

    def __init__(self) -> None:
        self.on_message: Hook[Message] = Hook("on_message")
        self.on_delivery: Hook[Message] = Hook("on_delivery")
        self.on_status: Hook[Chat] = Hook("on_status")
        self.on_attempt: Hook[Attempt] = Hook("on_attempt")
        self.on_pool: Hook[PoolUse] = Hook("on_pool")
