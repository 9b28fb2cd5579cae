"""The oracle of every fault: three ledgers that have to agree, whatever was broken in between.

What users wrote, and what Telegram accepted, is known by the simulator; what is stored, by PostgreSQL. Each text
carries a number of its own, so a lost, a doubled and a misplaced one can be told by name.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg
from attrs import frozen
from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opchat_core.testing.simulator import Simulator

_ROWS = """
SELECT seq, direction, message_text AS text, delivery_status AS status, telegram_message_id, error_code
FROM opchat.chat_messages WHERE user_id = %s AND bot_type = %s ORDER BY seq
"""


@frozen
class Row:
    """A stored message, as far as the oracle looks at it."""

    seq: int
    direction: str
    text: str
    status: str | None
    telegram_message_id: int | None
    error_code: str | None


class Ledgers:
    """Numbers what users write, and compares it with what is stored and what was sent.

    Args:
        simulator: Telegram.
        database_url: The database that everything ends in, reached without what a test puts in between.
        bot_type: Whose chats are compared.
    """

    def __init__(self, simulator: Simulator, database_url: str, *, bot_type: str = "operator") -> None:
        self._simulator = simulator
        self._database_url = database_url
        self._bot_type = bot_type
        self._injected: dict[int, list[str]] = defaultdict(list)
        self._retried: set[str] = set()

    @property
    def injected(self) -> dict[int, list[str]]:
        """What every user wrote, in order."""
        return {user_id: list(texts) for user_id, texts in self._injected.items()}

    def write(self, user_id: int, *, message_id: int | None = None) -> str:
        """Let a user write the next numbered text; the text."""
        text = f"in {user_id}-{len(self._injected[user_id]) + 1}"
        if not any(user.id == user_id for user in self._simulator.users()):
            self._simulator.user(user_id)
        self._injected[user_id].append(text)
        self._simulator.send_text(user_id, text, message_id=message_id)
        return text

    def write_round(self, user_ids: Iterable[int]) -> None:
        """Let each of the users write one text."""
        for user_id in user_ids:
            self.write(user_id)

    def note(self, user_id: int, text: str) -> None:
        """Remember a text that reached the installation by another way than :meth:`write`."""
        self._injected[user_id].append(text)

    def retried(self, text: str) -> None:
        """Remember that a person pressed retry: only then may Telegram have a second copy."""
        self._retried.add(text)

    def rows(self, user_id: int) -> list[Row]:
        """Read what is stored of a user, in the order of ``seq``."""
        with psycopg.connect(self._database_url) as connection, connection.cursor(row_factory=class_row(Row)) as cursor:
            return cursor.execute(_ROWS, [user_id, self._bot_type]).fetchall()

    def stored(self) -> int:
        """Count the stored messages of all users, of both directions."""
        with psycopg.connect(self._database_url) as connection:
            found = connection.execute("SELECT count(*) FROM opchat.chat_messages").fetchone()
        return int(found[0]) if found else 0

    def saved_all(self) -> bool:
        """Whether as many messages of users are stored as were written; for waiting, not for proof."""
        with psycopg.connect(self._database_url) as connection:
            found = connection.execute("SELECT count(*) FROM opchat.chat_messages WHERE direction = 'in'").fetchone()
        return found is not None and int(found[0]) >= sum(map(len, self._injected.values()))

    def settled(self) -> bool:
        """Whether no answer is on its way any more."""
        with psycopg.connect(self._database_url) as connection:
            query = "SELECT EXISTS (SELECT FROM opchat.chat_messages WHERE delivery_status IN ('queued', 'sending'))"
            found = connection.execute(query).fetchone()
        return found is not None and not found[0]

    def assert_in_agrees(self) -> None:
        """Every text that a user wrote has exactly one row, in order within its chat, and nothing else has one."""
        for user_id, texts in self._injected.items():
            rows = self.rows(user_id)
            assert [row.text for row in rows if row.direction == "in"] == texts
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1))

    def assert_out_agrees(self) -> None:
        """``sent`` has one copy in Telegram, ``failed`` none, ``unknown`` one at most, and Telegram has no other.

        Only a text that a person retried may have two. The copies of a chat are in the order of their rows.
        """
        for user in self._simulator.users():
            copies: dict[str, int] = defaultdict(int)
            sent = [message.text for message in self._simulator.sent(user.id)]
            for text in sent:
                copies[text] += 1
            rows = [row for row in self.rows(user.id) if row.direction == "out"]
            for row in rows:
                self._check(row, copies[row.text])
            order = {row.text: row.seq for row in rows}
            assert set(sent) <= order.keys(), "Telegram has a text that nobody stored"
            places = [order[text] for text in sent if text not in self._retried]
            assert places == sorted(places), f"user {user.id} got answers out of order"

    def assert_agree(self) -> None:
        """All three ledgers say the same."""
        self.assert_in_agrees()
        self.assert_out_agrees()

    def _check(self, row: Row, copies: int) -> None:
        spare = 1 if row.text in self._retried else 0
        least, most = {"sent": (1, 1), "failed": (0, 0), "unknown": (0, 1)}.get(row.status or "", (-1, -1))
        assert least >= 0, f"{row.text!r} ended in none of the last states: {row.status}"
        assert least <= copies <= most + spare, f"{row.text!r} is {row.status}, and Telegram has {copies} copies"
