"""What people did is remembered together with what was done, or neither is, in either store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import OPERATOR, receive

from opchat_core.model import Action, AuditRecord, ChatStatus

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock


def test_records_are_read_newest_first(store: Store, clock: MovableClock) -> None:
    """As many as are asked for."""
    for action in (Action.LOGIN, Action.SEND, Action.LOGOUT):
        store.record(action, actor="anna", subject=None)
    now = clock.now()
    newest = (AuditRecord(now, "anna", Action.LOGOUT, None), AuditRecord(now, "anna", Action.SEND, None))
    assert store.list_records(limit=2) == newest
    assert len(store.list_records(limit=100)) == 3


def test_steps_happen_together_or_not_at_all(store: Store) -> None:
    """After an exception nothing of it has happened; without, all of it."""
    receive(store)

    def break_off() -> None:
        with store.together() as steps:
            steps.set_status(42, OPERATOR, ChatStatus.CLOSED)
            steps.record(Action.STATUS, actor="anna", subject="chat")
            raise RuntimeError("in between")

    with pytest.raises(RuntimeError):
        break_off()
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.status is ChatStatus.OPEN
    assert store.list_records(limit=9) == ()
    with store.together() as steps:
        steps.set_status(42, OPERATOR, ChatStatus.CLOSED)
        steps.record(Action.STATUS, actor="anna", subject="chat")
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.status is ChatStatus.CLOSED
    assert len(store.list_records(limit=9)) == 1


def test_a_check_leaves_no_record(store: Store) -> None:
    """Steps that are rolled back as a whole may do things together inside."""
    with store.transaction() as rehearsal, rehearsal.together() as steps:
        steps.record(Action.STATUS, actor="anna", subject="chat")
    assert store.list_records(limit=9) == ()


def test_old_records_are_pruned(store: Store, clock: MovableClock) -> None:
    """What is older than that goes, what is as old to the second stays."""
    for action in (Action.LOGIN, Action.SEND, Action.LOGOUT):
        store.record(action, actor="anna", subject=None)
        clock.advance(timedelta(days=1))
    assert store.prune_records(older_than=timedelta(days=4)) == 0
    assert store.prune_records(older_than=timedelta(days=2)) == 1
    assert [record.action for record in store.list_records(limit=9)] == [Action.LOGOUT, Action.SEND]


def test_a_user_can_be_taken_out_of_the_records(store: Store) -> None:
    """Out of those about one chat, and of no others; that of an erasure stays."""
    subjects = [
        "chat:operator/42",
        "message:operator/42/7",
        "message:operator/42/42",
        "chat:operator/421",
        "message:operator/421/42",
        "chat:other/42",
        "message:xoperator/42/7",
        "operator:operator/42",
    ]
    for subject in subjects:
        store.record(Action.SEND, actor="anna", subject=subject)
    store.record(Action.FORGET, actor="anna", subject="chat:operator/42")
    store.record(Action.LOGIN_FAILED, actor=None, subject=None)
    store.mask_records(42, OPERATOR)
    masked = ["chat:operator/erased", "message:operator/erased/7", "message:operator/erased/42"]
    told = [record.subject for record in reversed(store.list_records(limit=20))]
    assert told == [*masked, *subjects[3:], "chat:operator/42", None]
