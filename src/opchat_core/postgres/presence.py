"""Who looks at a chat, in PostgreSQL, so that operators see each other whichever process serves them."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from opchat_core.model import Presence
from opchat_core.ports import Change, Colleague
from opchat_core.postgres.base import Base
from opchat_core.postgres.queries import query

_ATTEND = query("attend")


@frozen
class _Attended:
    """A row of the query.

    Attributes:
        changed: Whether the others see something else now.
        colleagues: Names of the others, and what they do.
    """

    changed: bool
    colleagues: list[tuple[str, str]]


class PresenceTable(Base):
    """The part of the repository that knows who is there; :class:`~opchat_core.ports.ChatRepository` documents it."""

    def attend(
        self, user_id: int, bot_type: str, operator: str, presence: Presence | None, *, lasting: timedelta
    ) -> tuple[Colleague, ...]:
        """See :meth:`opchat_core.ports.ChatRepository.attend`."""
        parameters = {
            "user_id": user_id,
            "bot_type": bot_type,
            "operator": operator,
            "presence": presence and presence.value,
            "lasting": lasting,
            "now": self._now(),
        }
        (found,) = self._database.fetch(_ATTEND, _Attended, parameters)
        if found.changed:
            self._changed(Change(user_id, bot_type, None))
        return tuple(Colleague(name, Presence(state)) for name, state in found.colleagues)
