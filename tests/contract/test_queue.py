"""The queue of answers: stored, taken under a lease, completed or settled."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import LEASE, MAX_AGE, OPERATOR, WAIT, answer, claim, receive

from opchat_core.errors import AnsweredByColleague, InvalidInput, MessageNotFound, NotRetryable, UserNotFound
from opchat_core.model import (
    Deferred,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Lost,
    MessageKey,
    Refused,
    Sent,
)
from opchat_core.ports import Backlog

if TYPE_CHECKING:
    from opchat_core.model import Message
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

QUEUED, SENDING, SENT = DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.SENT
FAILED, UNKNOWN = DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN
MOMENT = timedelta(microseconds=1)
BUSY = DeliveryError("rate_limited", "Too Many Requests")
REJECTED = DeliveryError("message_rejected", "Bad Request")
BLOCKED = DeliveryError("blocked_by_user", "Forbidden: bot was blocked by the user")
UNAUTHORIZED = DeliveryError("unauthorized", "Unauthorized")
NO_ANSWER = DeliveryError("answer_lost", "ReadTimeout")


@pytest.fixture(autouse=True)
def _user(store: Store) -> None:
    receive(store)


def status(store: Store, message: Message) -> DeliveryStatus:
    """How a message stands now."""
    found = store.find_message(message.key)
    assert found is not None
    assert found.delivery is not None
    return found.delivery.status


def take(store: Store) -> Message:
    """Claim the one answer that is due."""
    (message,) = claim(store)
    return message


# Queueing


def test_an_answer_is_queued(store: Store, clock: MovableClock) -> None:
    """It takes the next number, is due at once, and moves the chat up without being unread."""
    clock.advance(WAIT)
    message = answer(store, text="  On its way!\n", reply_to=1, client_message_id="key")
    assert (message.seq, message.revision, message.operator) == (2, 2, "anna")
    assert (message.text, message.reply_to, message.client_message_id) == ("  On its way!\n", 1, "key")
    assert message.verified
    assert message.created_at == clock.now()
    assert message.delivery == Delivery(QUEUED, next_attempt_at=clock.now())
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert (chat.last_message, chat.unread_count, chat.revision) == (message, 1, 2)
    assert chat.last_message_at == clock.now()
    assert store.next_due(OPERATOR) == timedelta(0)


def test_a_long_answer_is_several_messages(store: Store) -> None:
    """In order, each with a number and a revision; only the first quotes; all share the client's key."""
    from opchat_core.model import Answer

    text = "x" * 4096 + "y" * 4096 + "z"
    queued = store.queue_answer(42, OPERATOR, Answer(text=text, reply_to=1, client_message_id="key"), operator="anna")
    assert not queued.duplicate
    assert [m.seq for m in queued.messages] == [2, 3, 4]
    assert [m.revision for m in queued.messages] == [2, 3, 4]
    assert "".join(m.text for m in queued.messages) == text
    assert [m.reply_to for m in queued.messages] == [1, None, None]
    again = store.queue_answer(42, OPERATOR, Answer(text="other", client_message_id="key"), operator="bob")
    assert again.duplicate
    assert again.messages == queued.messages


def test_the_same_key_in_another_chat_is_another_answer(store: Store) -> None:
    """Clients choose keys without regard to one another."""
    receive(store, 43)
    answer(store, 42, client_message_id="key")
    assert answer(store, 43, client_message_id="key").user_id == 43


def test_there_must_be_a_chat(store: Store) -> None:
    """A bot cannot write to somebody who never wrote to it."""
    with pytest.raises(UserNotFound):
        answer(store, 99)
    with pytest.raises(UserNotFound):
        answer(store, 42, bot_type="shop")


def test_what_an_answer_quotes_must_be_there(store: Store) -> None:
    """Nothing is stored otherwise."""
    with pytest.raises(InvalidInput) as caught:
        answer(store, reply_to=2)
    assert [error.field for error in caught.value.errors] == ["reply_to"]
    assert answer(store, reply_to=1).seq == 2


def test_a_colleague_was_faster(store: Store) -> None:
    """An answer by another operator since the last look is refused with all that is newer."""
    answer(store, text="first", operator="bob")
    receive(store, text="thanks")
    with pytest.raises(AnsweredByColleague) as caught:
        answer(store, text="second", operator="anna", last_seen_seq=1)
    assert [m.text for m in caught.value.messages] == ["first", "thanks"]
    assert len(store.list_messages(42, OPERATOR, before=None, limit=None)) == 3


def test_what_is_no_colleague(store: Store) -> None:
    """One's own answers, new messages of the user, and what was seen already stand in nobody's way."""
    answer(store, operator="anna")
    receive(store, text="more")
    assert answer(store, operator="anna", last_seen_seq=1).seq == 4
    answer(store, operator="bob")
    assert answer(store, operator="anna", last_seen_seq=5).seq == 6
    assert answer(store, operator="anna").seq == 7


def test_an_answer_by_nobody_in_particular_counts_too(store: Store) -> None:
    """Programs answer without a name; to a person that is somebody else."""
    answer(store, operator=None)
    with pytest.raises(AnsweredByColleague):
        answer(store, operator="anna", last_seen_seq=1)
    assert answer(store, operator=None, last_seen_seq=1).seq == 3


def test_a_repeated_key_beats_the_colleague(store: Store) -> None:
    """A request that is repeated has been answered before; it is told so, whatever happened since."""
    first = answer(store, client_message_id="key", last_seen_seq=1)
    answer(store, operator="bob")
    assert answer(store, client_message_id="key", last_seen_seq=1) == first


# Claiming


def test_a_claim_takes_an_answer_under_a_lease(store: Store, clock: MovableClock) -> None:
    """It is being sent, for the first time, and nobody else gets it meanwhile."""
    answer(store)
    taken = take(store)
    assert taken.delivery == Delivery(SENDING, attempts=1)
    assert taken.revision == 3
    assert store.find_message(taken.key) == taken
    assert claim(store) == ()
    assert claim(store, user_id=42) == ()
    assert store.next_due(OPERATOR) == LEASE


def test_a_chat_is_answered_in_order(store: Store) -> None:
    """The second answer waits until the first has ended, well or badly."""
    first, second, third = (answer(store, text=text) for text in ("one", "two", "three"))
    assert take(store).key == first.key
    assert claim(store) == ()
    store.complete(claimed(store, first), Sent(1), wait=WAIT)
    assert take(store).key == second.key
    store.complete(claimed(store, second), Refused(REJECTED), wait=WAIT)
    assert take(store).key == third.key


def claimed(store: Store, message: Message) -> Message:
    """A message as it stands, to complete its attempt."""
    found = store.find_message(message.key)
    assert found is not None
    return found


def test_chats_do_not_wait_for_one_another(store: Store, clock: MovableClock) -> None:
    """One answer of each chat, those that wait longest first, at most as many as asked for."""
    for user_id in (3, 1, 2):
        receive(store, user_id)
        answer(store, user_id)
        answer(store, user_id)
        clock.advance(MOMENT)
    assert [m.user_id for m in claim(store, limit=2)] == [3, 1]
    assert [m.user_id for m in claim(store, limit=2)] == [2]


def test_a_claim_may_be_for_one_chat(store: Store) -> None:
    """Whoever has just stored an answer sends it at once."""
    receive(store, 43)
    answer(store, 42)
    answer(store, 43)
    assert [m.user_id for m in claim(store, limit=1, user_id=43)] == [43]
    assert claim(store, user_id=99) == ()
    assert claim(store, bot_type="shop") == ()


def test_a_deferred_answer_waits_and_blocks_what_is_behind_it(store: Store, clock: MovableClock) -> None:
    """As long as Telegram asked, or as long as the worker says, and the reason is shown meanwhile."""
    first = answer(store, text="one")
    answer(store, text="two")
    stored = store.complete(take(store), Deferred(BUSY, timedelta(seconds=30)), wait=WAIT)
    assert stored is not None
    assert stored.delivery == Delivery(QUEUED, BUSY, 1, clock.now() + timedelta(seconds=30))
    assert store.next_due(OPERATOR) == timedelta(seconds=30)
    clock.advance(timedelta(seconds=30) - MOMENT)
    assert claim(store) == ()
    clock.advance(MOMENT)
    taken = take(store)
    assert taken.key == first.key
    assert taken.delivery == Delivery(SENDING, BUSY, 2)
    stored = store.complete(taken, Deferred(BUSY), wait=WAIT)
    assert stored is not None
    assert stored.delivery == Delivery(QUEUED, BUSY, 2, clock.now() + WAIT)


def test_the_end_of_a_lease_is_doubt(store: Store, clock: MovableClock) -> None:
    """Whoever held it is gone, and it may have arrived: it is not sent again, and the next one goes."""
    first, second = answer(store, text="one"), answer(store, text="two")
    take(store)
    clock.advance(LEASE - MOMENT)
    assert claim(store) == ()
    clock.advance(MOMENT)
    lost, taken = claim(store)
    assert lost.key == first.key
    assert lost.delivery is not None
    assert (lost.delivery.status, lost.delivery.attempts) == (UNKNOWN, 1)
    assert lost.delivery.error is not None
    assert lost.delivery.error.code == "lease_expired"
    assert (taken.key, status(store, second)) == (second.key, SENDING)
    assert taken.revision == lost.revision + 1


def test_what_waited_too_long_fails(store: Store, clock: MovableClock) -> None:
    """An answer of yesterday would only confuse; the one of today goes."""
    old = [answer(store, text="one"), answer(store, text="two")]
    clock.advance(MAX_AGE / 2)
    new = answer(store, text="three")
    clock.advance(MAX_AGE / 2)
    changed = claim(store)
    assert [m.key for m in changed] == [*(m.key for m in old), new.key]
    assert [m.delivery and m.delivery.status for m in changed] == [FAILED, FAILED, SENDING]
    assert changed[0].delivery is not None
    assert changed[0].delivery.error is not None
    assert changed[0].delivery.error.code == "expired"


# Completing


def test_sent_is_sent(store: Store) -> None:
    """Telegram's number is kept, and nothing waits any more."""
    answer(store)
    sent = store.complete(take(store), Sent(1001), wait=WAIT)
    assert sent is not None
    assert sent.delivery == Delivery(SENT, attempts=1)
    assert sent.telegram_message_id == 1001
    assert sent.revision == 4
    assert store.next_due(OPERATOR) is None
    assert store.list_changes(42, OPERATOR, after=3) == (sent,)


def test_a_refusal_is_final(store: Store) -> None:
    """It fails with the reason, and is not taken again."""
    answer(store)
    failed = store.complete(take(store), Refused(REJECTED), wait=WAIT)
    assert failed is not None
    assert failed.delivery == Delivery(FAILED, REJECTED, 1)
    assert not store.is_paused(OPERATOR)
    assert claim(store) == ()


def test_a_lost_answer_is_in_doubt(store: Store) -> None:
    """It is never taken again by itself."""
    answer(store)
    unknown = store.complete(take(store), Lost(NO_ANSWER), wait=WAIT)
    assert unknown is not None
    assert unknown.delivery == Delivery(UNKNOWN, NO_ANSWER, 1)
    assert claim(store) == ()


def test_a_blocked_bot_is_remembered_until_something_arrives(store: Store) -> None:
    """The composer can say so; what arrives proves the contrary."""
    answer(store)
    store.complete(take(store), Refused(BLOCKED), wait=WAIT)
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert chat.blocked_by_user
    answer(store)
    store.complete(take(store), Sent(1), wait=WAIT)
    chat = store.find_chat(42, OPERATOR)
    assert chat is not None
    assert not chat.blocked_by_user


def test_a_worker_that_comes_back_too_late_changes_nothing(store: Store, clock: MovableClock) -> None:
    """The number of the attempt is the fence: neither after the lease nor after a new attempt."""
    answer(store)
    stale = take(store)
    clock.advance(LEASE)
    claim(store)
    assert store.complete(stale, Sent(1), wait=WAIT) is None
    assert status(store, stale) is UNKNOWN
    store.settle(stale.key, QUEUED)
    fresh = take(store)
    before = store.find_chat(42, OPERATOR)
    assert store.complete(stale, Sent(1), wait=WAIT) is None
    assert store.find_chat(42, OPERATOR) == before
    assert store.complete(fresh, Sent(2), wait=WAIT) is not None
    assert store.complete(fresh, Sent(2), wait=WAIT) is None


def test_a_result_on_the_last_moment_counts(store: Store, clock: MovableClock) -> None:
    """While nobody has looked, a late result is better than a doubt."""
    answer(store)
    taken = take(store)
    clock.advance(LEASE * 2)
    assert store.complete(taken, Sent(1), wait=WAIT) is not None


def test_a_result_for_a_chat_that_was_forgotten(store: Store) -> None:
    """There is nothing to change, and nobody is hurt."""
    answer(store)
    taken = take(store)
    store.forget_chat(42, OPERATOR)
    assert store.complete(taken, Sent(1), wait=WAIT) is None


def test_a_result_for_a_chat_that_was_forgotten_and_made_anew(store: Store, clock: MovableClock) -> None:
    """The new answer has the number of the old one and is in its first attempt, too; it is another one all the same."""
    answer(store)
    old = take(store)
    store.forget_chat(42, OPERATOR)
    clock.advance(MOMENT)
    receive(store)
    answer(store)
    new = take(store)
    assert new.key == old.key
    assert store.complete(old, Sent(1), wait=WAIT) is None
    assert status(store, new) is SENDING
    assert store.complete(new, Sent(2), wait=WAIT) is not None


# Pausing


def test_a_refused_token_pauses_the_bot(store: Store) -> None:
    """No other answer would fare better: they stay queued until the bot may send again."""
    receive(store, 43)
    receive(store, 44, bot_type="shop")
    answer(store, 42)
    answer(store, 44, bot_type="shop")
    store.complete(take(store), Refused(UNAUTHORIZED, stops_sender=True), wait=WAIT)
    waiting = answer(store, 43)
    assert store.is_paused(OPERATOR)
    assert store.backlog(OPERATOR).pause_reason == "Unauthorized"
    assert claim(store) == ()
    assert claim(store, user_id=43) == ()
    assert status(store, waiting) is QUEUED
    assert not store.is_paused("shop")
    assert len(claim(store, bot_type="shop")) == 1
    store.resume(OPERATOR)
    store.resume(OPERATOR)
    assert not store.is_paused(OPERATOR)
    assert take(store).key == waiting.key


def test_a_second_refusal_keeps_the_first_reason(store: Store) -> None:
    """What came first explains the rest."""
    receive(store, 43)
    answer(store, 42)
    answer(store, 43)
    one, two = claim(store)
    store.complete(one, Refused(UNAUTHORIZED, stops_sender=True), wait=WAIT)
    store.complete(two, Refused(DeliveryError("unauthorized", "Not Found"), stops_sender=True), wait=WAIT)
    assert store.backlog(OPERATOR).pause_reason == "Unauthorized"


def test_leases_run_out_in_a_pause_as_well(store: Store, clock: MovableClock) -> None:
    """Doubt does not wait for the token; a queued answer does."""
    receive(store, 43)
    answer(store, 42)
    answer(store, 43)
    one, two = claim(store)
    behind = answer(store, two.user_id)
    store.complete(one, Refused(UNAUTHORIZED, stops_sender=True), wait=WAIT)
    clock.advance(LEASE)
    (changed,) = claim(store)
    assert (changed.key, status(store, two)) == (two.key, UNKNOWN)
    assert status(store, behind) is QUEUED


def test_a_pause_does_not_make_the_queue_older(store: Store, clock: MovableClock) -> None:
    """What waits behind a refused token is looked at only when the bot may send again."""
    receive(store, 43)
    answer(store, 42)
    store.complete(take(store), Refused(UNAUTHORIZED, stops_sender=True), wait=WAIT)
    waiting = answer(store, 43)
    clock.advance(MAX_AGE)
    assert claim(store) == ()
    assert status(store, waiting) is QUEUED


# Settling


@pytest.mark.parametrize("outcome", [Lost(NO_ANSWER), Refused(REJECTED)])
def test_a_person_tries_again(store: Store, clock: MovableClock, outcome: Lost | Refused) -> None:
    """A doubtful or failed answer is queued as if it were new, and counts its attempts on."""
    message = answer(store)
    store.complete(take(store), outcome, wait=WAIT)
    clock.advance(MAX_AGE * 2)
    settled = store.settle(message.key, QUEUED)
    assert settled.delivery == Delivery(QUEUED, None, 1, clock.now())
    assert store.find_message(message.key) == settled
    taken = take(store)
    assert taken.delivery == Delivery(SENDING, None, 2)


def test_a_retried_answer_goes_before_newer_ones(store: Store) -> None:
    """The order of the chat holds for retries too."""
    first = answer(store, text="one")
    store.complete(take(store), Refused(REJECTED), wait=WAIT)
    answer(store, text="two")
    store.settle(first.key, QUEUED)
    assert take(store).key == first.key


def test_a_retried_answer_waits_for_what_is_under_way(store: Store, clock: MovableClock) -> None:
    """A chat has one answer under way at a time, also when an older one is queued again meanwhile."""
    first = answer(store, text="one")
    store.complete(take(store), Lost(NO_ANSWER), wait=WAIT)
    answer(store, text="two")
    under_way = take(store)
    store.settle(first.key, QUEUED)
    assert claim(store) == ()
    assert claim(store, user_id=42) == ()
    assert store.next_due(OPERATOR) == LEASE
    store.complete(under_way, Sent(1), wait=WAIT)
    clock.advance(WAIT)
    assert take(store).key == first.key


def test_a_person_ends_a_doubt(store: Store) -> None:
    """It arrived, or it did not; then the reason of the doubt is the reason of the failure."""
    first, second = answer(store), answer(store)
    for _ in (first, second):
        store.complete(take(store), Lost(NO_ANSWER), wait=WAIT)
    assert store.settle(first.key, SENT).delivery == Delivery(SENT, attempts=1)
    assert store.settle(second.key, FAILED).delivery == Delivery(FAILED, NO_ANSWER, 1)
    assert claim(store) == ()


def test_what_cannot_be_settled(store: Store) -> None:
    """What the user wrote, what waits, what is under way, what arrived; and a failure is no doubt."""
    queued = answer(store)
    incoming = MessageKey(42, OPERATOR, 1)
    for key in (incoming, queued.key):
        with pytest.raises(NotRetryable):
            store.settle(key, QUEUED)
    taken = take(store)
    with pytest.raises(NotRetryable):
        store.settle(taken.key, SENT)
    store.complete(taken, Sent(1), wait=WAIT)
    with pytest.raises(NotRetryable):
        store.settle(taken.key, QUEUED)
    failed = answer(store)
    store.complete(take(store), Refused(REJECTED), wait=WAIT)
    before = store.find_chat(42, OPERATOR)
    for final in (SENT, FAILED):
        with pytest.raises(NotRetryable):
            store.settle(failed.key, final)
    assert store.find_chat(42, OPERATOR) == before


def test_what_is_not_there_cannot_be_settled(store: Store) -> None:
    """Neither a message nor a chat."""
    for key in (MessageKey(42, OPERATOR, 9), MessageKey(99, OPERATOR, 1), MessageKey(42, "shop", 1)):
        with pytest.raises(MessageNotFound):
            store.settle(key, QUEUED)


# Looking at the queue


def test_the_backlog_sums_up(store: Store, clock: MovableClock) -> None:
    """How many wait, are under way and in doubt, and how long the oldest has waited."""
    assert store.backlog(OPERATOR) == Backlog(0, 0, 0, None, None)
    for user_id in (1, 2, 3):
        receive(store, user_id)
        answer(store, user_id)
        clock.advance(WAIT)
    store.complete(claim(store, limit=1)[0], Lost(NO_ANSWER), wait=WAIT)
    claim(store, limit=1)
    answer(store, 1)
    assert store.backlog(OPERATOR) == Backlog(2, 1, 1, WAIT, None)
    assert store.backlog("shop") == Backlog(0, 0, 0, None, None)


def test_the_next_due_moment_is_the_nearest_of_all(store: Store, clock: MovableClock) -> None:
    """A lease or a pause of one chat, a due answer of another."""
    receive(store, 43)
    assert store.next_due(OPERATOR) is None
    answer(store, 42)
    store.complete(take(store), Deferred(BUSY), wait=WAIT)
    assert store.next_due(OPERATOR) == WAIT
    answer(store, 43)
    assert store.next_due(OPERATOR) == timedelta(0)
    claim(store)
    assert store.next_due(OPERATOR) == WAIT
    clock.advance(WAIT * 2)
    assert store.next_due(OPERATOR) == timedelta(0)
