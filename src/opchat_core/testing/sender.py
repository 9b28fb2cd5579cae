"""A sender that sends nowhere and remembers everything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from opchat_core.model import Message, Outcome, PendingChange, Sent
from opchat_core.ports import Parcel

Step = Outcome | Callable[[Message], Outcome]
"""What a script says about one attempt: its outcome, or a function that makes one."""

FIRST_NUMBER = 1001
"""Telegram's number of the first message that goes out by default."""


class RecordingSender:
    """A :class:`~opchat_core.ports.Sender` for tests: follows a script, then lets everything arrive. Thread-safe.

    Args:
        *script: What happens to the first attempts, one step each.

    Attributes:
        parcels: What it was asked to send, in order.
        changes: What it was asked to change, in order.
        change_script: How the first changes end; the others are done.
        typing: Whom it was asked to show that somebody writes.
        authorized: What :meth:`is_authorized` answers.
        authorization_checks: How often it was asked.
    """

    def __init__(self, *script: Step) -> None:
        self._lock = Lock()
        self._script = deque(script)
        self._number = FIRST_NUMBER - 1
        self.parcels: list[Parcel] = []
        self.changes: list[tuple[Message, PendingChange]] = []
        self.change_script: deque[Outcome] = deque()
        self.typing: list[int] = []
        self.authorized = True
        self.authorization_checks = 0

    def script(self, *steps: Step) -> None:
        """Say what happens to the attempts after those that the script already covers."""
        with self._lock:
            self._script.extend(steps)

    def send(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Record an attempt and end it as the script says: a step for a message, and one for a whole album."""
        with self._lock:
            self.parcels += parcels
            step = self._script.popleft() if self._script else self._arrive
        # Outside the lock: a step may wait for something that another attempt does.
        return [step(parcel.message) if callable(step) else step for parcel in parcels]

    def change(self, message: Message, change: PendingChange) -> Outcome:
        """Record what was to be changed and end it as the script of changes says."""
        with self._lock:
            self.changes.append((message, change))
            return self.change_script.popleft() if self.change_script else Sent(message.telegram_message_id or 0)

    def show_typing(self, user_id: int) -> None:
        """Record that somebody writes."""
        with self._lock:
            self.typing.append(user_id)

    def is_authorized(self) -> bool:
        """Answer what :attr:`authorized` says."""
        with self._lock:
            self.authorization_checks += 1
            return self.authorized

    @property
    def texts(self) -> list[str]:
        """The texts of all attempts, in order."""
        with self._lock:
            return [parcel.message.text for parcel in self.parcels]

    def _arrive(self, _: Message) -> Outcome:
        with self._lock:
            self._number += 1
            return Sent(self._number)
