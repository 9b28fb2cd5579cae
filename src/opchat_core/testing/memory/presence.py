"""Who looks at a chat, in memory."""

from __future__ import annotations

from datetime import timedelta

from opchat_core.model import Presence
from opchat_core.ports import Change, Colleague
from opchat_core.testing.memory.base import InMemoryBase


class InMemoryPresence(InMemoryBase):
    """The part of the store that knows who is there."""

    def attend(
        self, user_id: int, bot_type: str, operator: str, presence: Presence | None, *, lasting: timedelta
    ) -> tuple[Colleague, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.attend`."""
        with self._lock:
            now = self._clock.now()
            chat = self._tables.chats.get((user_id, bot_type))
            if chat is None:
                return ()
            there = {name: one for name, one in chat.present.items() if one[1] > now}
            before = there.pop(operator, None)
            colleagues = tuple(Colleague(name, state) for name, (state, _) in sorted(there.items()))
            if presence is not None:
                there[operator] = presence, now + lasting
            chat.present = there
            if self._feed and presence != (before and before[0]):
                self._feed.publish(Change(user_id, bot_type, None))
            return colleagues
