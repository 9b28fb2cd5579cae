"""The library and the programs forget by themselves what the company does not want to keep."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest

from opchat_cli.retention import retention
from opchat_core import Config
from opchat_core.errors import ConfigError

if TYPE_CHECKING:
    from opchat_core import OperatorChat
    from opchat_core.testing import MovableClock

YEAR = timedelta(days=365)


def test_erases_in_batches_and_says_so(chat: OperatorChat, clock: MovableClock) -> None:
    """As many as asked for at a time; what happened is in the audit log without anybody's name."""
    for user_id in (42, 43, 44):
        chat.receive(user_id=user_id, text="Hello")
    clock.advance(YEAR + timedelta(seconds=1))
    chat.receive(user_id=45, text="Hello")

    assert chat.expire(idle_for=YEAR, limit=2) == 2
    assert chat.expire(idle_for=YEAR, limit=2) == 1
    assert chat.expire(idle_for=YEAR) == 0
    assert [one.user_id for one in chat.list_chats().chats] == [45]
    assert [(record.action, record.actor) for record in chat.audit()] == [("forget", "retention")] * 3


def test_a_program_does_it_until_it_is_told_to_end(chat: OperatorChat, clock: MovableClock) -> None:
    """The job goes on where there is more, and its rest of an hour ends with the program."""
    chat.receive(user_id=42, text="Hello")
    clock.advance(YEAR * 2)
    stop = Stop()
    retention(chat, YEAR)(stop)
    assert chat.list_chats().chats == ()
    assert stop.rests == [3600.0]


class Stop(Event):
    """Is set by the first rest."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout)
        self.set()
        return True


def test_days_are_a_number() -> None:
    """Unset keeps for good; anything but a number of days stops the program."""
    assert Config.from_env({}).retention is None
    assert Config.from_env({"OPCHAT_RETENTION_DAYS": "365"}).retention == YEAR
    for wrong in ("0", "1.5", "a year", "-1"):
        with pytest.raises(ConfigError, match="number of days"):
            Config.from_env({"OPCHAT_RETENTION_DAYS": wrong})
