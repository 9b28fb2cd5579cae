"""What operators want of messages that are at Telegram: kept until it is done, one wish at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import LEASE, OPERATOR, WAIT, answer, claim, receive

from opchat_core.errors import ChangeUnderWay, MessageNotFound, NotChangeable, TooLate
from opchat_core.model import (
    ChangeAction,
    ChangeStatus,
    Deferred,
    DeliveryError,
    DeliveryStatus,
    Lost,
    Message,
    MessageKey,
    Outcome,
    Part,
    Refused,
    Sent,
)

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

WINDOW = timedelta(hours=48)
MOMENT = timedelta(microseconds=1)
REFUSED = DeliveryError("message_rejected", "Bad Request: message can't be edited")
LOST = DeliveryError("answer_lost", "ReadTimeout")
EDIT, DELETE, REACT = ChangeAction.EDIT, ChangeAction.DELETE, ChangeAction.REACT


@pytest.fixture(autouse=True)
def _user(store: Store) -> None:
    receive(store, telegram_message_id=1)


def sent(store: Store, text: str = "teh") -> Message:
    """An answer that is at Telegram."""
    message = answer(store, text=text)
    (taken,) = claim(store)
    stored = store.complete(taken, Sent(message.seq), wait=WAIT)
    assert stored is not None
    return stored


def wish(store: Store, message: Message, action: ChangeAction = EDIT, text: str = "the", emoji: str = "👍") -> Message:
    """Want something of a message."""
    return store.request_change(
        message.key,
        action,
        operator="anna",
        window=WINDOW,
        text=Part(text, ({"type": "bold", "offset": 0, "length": 1},)) if action is EDIT else None,
        emoji=emoji if action is REACT else None,
    )


def tell(store: Store, outcome: Outcome) -> Message | None:
    """Take the change that is due to Telegram."""
    (message,) = store.claim_changes(OPERATOR, limit=5, lease=LEASE)
    return store.complete_change(message, outcome, wait=WAIT)


def test_an_edit_is_a_wish_until_telegram_has_done_it(store: Store, clock: MovableClock) -> None:
    """Until then the message is what the user sees; then what it said is kept."""
    message = sent(store)
    clock.advance(WAIT)
    wanted = wish(store, message)
    assert wanted.text == "teh"
    assert wanted.pending_change is not None
    assert (wanted.pending_change.action, wanted.pending_change.text) == (EDIT, "the")
    assert wanted.revision > message.revision
    done = tell(store, Sent(message.seq))
    assert done is not None
    assert (done.text, done.edited_at, done.pending_change) == ("the", clock.now(), None)
    assert done.entities == ({"type": "bold", "offset": 0, "length": 1},)
    assert [version.text for version in store.list_versions(message.key)] == ["teh"]
    assert store.claim_changes(OPERATOR, limit=5, lease=LEASE) == ()


def test_a_deletion_and_a_reaction_are_wishes_too(store: Store, clock: MovableClock) -> None:
    """A reaction is to what the user wrote, and takes the place of the one before."""
    message, question = sent(store), store.find_message(MessageKey(42, OPERATOR, 1))
    assert question is not None
    wish(store, message, DELETE)
    gone = tell(store, Sent(message.seq))
    assert gone is not None
    assert gone.deleted_at == clock.now()
    wish(store, question, REACT)
    liked = tell(store, Sent(1))
    assert liked is not None
    assert liked.reactions.operator == ({"type": "emoji", "emoji": "👍"},)
    store.request_change(question.key, REACT, operator="anna", window=WINDOW)
    assert (back := tell(store, Sent(1))) is not None
    assert back.reactions.operator == ()


def test_a_wish_is_told_again_until_telegram_has_answered(store: Store, clock: MovableClock) -> None:
    """Also when the process died: it changes nothing to tell it twice."""
    message = sent(store)
    wish(store, message)
    waits = tell(store, Deferred(LOST, timedelta(seconds=9)))
    assert waits is not None
    assert waits.pending_change is not None
    assert waits.pending_change.error == LOST
    assert store.claim_changes(OPERATOR, limit=5, lease=LEASE) == ()
    clock.advance(timedelta(seconds=9))
    tell(store, Lost(LOST))
    clock.advance(WAIT)
    assert len(store.claim_changes(OPERATOR, limit=5, lease=LEASE)) == 1
    clock.advance(LEASE)
    done = tell(store, Sent(1))
    assert done is not None
    assert done.text == "the"


def test_a_refused_wish_stays_to_be_seen(store: Store) -> None:
    """With Telegram's words, until another takes its place."""
    message = sent(store)
    wish(store, message)
    refused = tell(store, Refused(REFUSED))
    assert refused is not None
    assert refused.pending_change is not None
    assert (refused.pending_change.status, refused.pending_change.error) == (ChangeStatus.REFUSED, REFUSED)
    assert store.claim_changes(OPERATOR, limit=5, lease=LEASE) == ()
    wish(store, message, DELETE)
    assert tell(store, Sent(1)) is not None


def test_one_wish_at_a_time_is_under_way_and_the_last_one_wins(store: Store, clock: MovableClock) -> None:
    """A result of an older wish counts for nothing."""
    message = sent(store)
    wish(store, message, text="one")
    (old,) = store.claim_changes(OPERATOR, limit=5, lease=LEASE)
    with pytest.raises(ChangeUnderWay):
        wish(store, message, text="two")
    clock.advance(LEASE)
    wish(store, message, text="two")
    assert store.complete_change(old, Sent(1), wait=WAIT) is None
    done = tell(store, Sent(1))
    assert done is not None
    assert done.text == "two"


def test_what_is_not_at_telegram_is_changed_at_once(store: Store) -> None:
    """Queued or failed, its next attempt says the new words."""
    message = answer(store, text="teh")
    changed = wish(store, message)
    assert (changed.text, changed.pending_change) == ("the", None)
    assert [version.text for version in store.list_versions(message.key)] == ["teh"]
    assert wish(store, message).revision == changed.revision, "nothing is new"
    (taken,) = claim(store)
    assert taken.text == "the"
    with pytest.raises(NotChangeable):
        wish(store, message, text="now")


def test_only_what_can_be_changed_is(store: Store, clock: MovableClock) -> None:
    """Not what the user wrote, not what is in doubt, not what is gone, not after two days."""
    message, question = sent(store), store.find_message(MessageKey(42, OPERATOR, 1))
    assert question is not None
    for target, action in ((question, EDIT), (question, DELETE), (message, REACT)):
        with pytest.raises(NotChangeable):
            wish(store, target, action)
    with pytest.raises(MessageNotFound):
        store.request_change(MessageKey(42, OPERATOR, 99), EDIT, operator=None, window=WINDOW, text=Part("x"))
    with pytest.raises(MessageNotFound):
        store.request_change(MessageKey(43, OPERATOR, 1), DELETE, operator=None, window=WINDOW)
    doubtful = answer(store)
    store.complete(claim(store)[0], Lost(LOST), wait=WAIT)
    with pytest.raises(NotChangeable):
        wish(store, doubtful)
    store.settle(doubtful.key, DeliveryStatus.SENT)
    with pytest.raises(NotChangeable):
        wish(store, doubtful)
    assert message.changeable_until == clock.now() + WINDOW
    clock.advance(WINDOW - MOMENT)
    wish(store, message)
    clock.advance(MOMENT)
    with pytest.raises(TooLate):
        wish(store, message, DELETE)


def test_a_token_that_is_refused_lets_wishes_wait(store: Store, clock: MovableClock) -> None:
    """They are done when the bot may go on."""
    message = sent(store)
    wish(store, message)
    tell(store, Refused(DeliveryError("unauthorized", "Unauthorized"), stops_sender=True))
    assert store.is_paused(OPERATOR)
    clock.advance(WAIT)
    assert store.claim_changes(OPERATOR, limit=5, lease=LEASE) == ()
    store.resume(OPERATOR)
    assert store.claim_changes("shop", limit=5, lease=LEASE) == ()
    assert store.claim_changes(OPERATOR, limit=5, lease=LEASE, key=MessageKey(42, OPERATOR, 1)) == ()
    assert len(store.claim_changes(OPERATOR, limit=5, lease=LEASE, key=message.key)) == 1
