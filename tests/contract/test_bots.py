"""What bots say of themselves, and what that means for whoever looks after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import OPERATOR, WAIT, answer, claim, receive

from opchat_core.errors import InvalidInput
from opchat_core.model import Deferred, DeliveryError, FailureCode, Lost, Refused, Sent
from opchat_core.model.health import BotHealth, BotMode, BotReport, StallReason

if TYPE_CHECKING:
    from opchat_core.model import Outcome
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

MINUTE = timedelta(minutes=1)


def codes(store: Store) -> list[str]:
    return [warning.code.value for warning in store.bot_health(OPERATOR).warnings()]


def stall(store: Store) -> StallReason | None:
    return store.bot_health(OPERATOR).stall


def end(store: Store, outcome: Outcome) -> None:
    """Claim one answer and end its attempt."""
    (message,) = claim(store, limit=1)
    store.complete(message, outcome, wait=WAIT)


def failure(code: FailureCode) -> DeliveryError:
    return DeliveryError(code.value, "as Telegram said")


def test_a_bot_that_never_reported_is_not_missed(store: Store, clock: MovableClock) -> None:
    """Whoever hands in messages by other means has no bot of opchat's to look for."""
    assert store.bot_health(OPERATOR) == BotHealth(as_of=clock.now())
    assert codes(store) == []


def test_a_report_takes_the_place_of_the_one_before(store: Store, clock: MovableClock) -> None:
    """The row says how the bot fares now, on the store's clock, and nothing of other bots."""
    oldest = clock.now() - timedelta(seconds=5)
    store.report_bot(BotReport(mode=BotMode.POLLING, pending_updates=7, oldest_unsaved_at=oldest))
    store.report_bot(BotReport(mode=BotMode.POLLING, bot_type="other"))
    told = BotHealth(
        as_of=clock.now(), seen_at=clock.now(), mode=BotMode.POLLING, pending_updates=7, oldest_unsaved_at=oldest
    )
    assert store.bot_health(OPERATOR) == told
    clock.advance(MINUTE / 2)
    store.report_bot(BotReport(mode=BotMode.WEBHOOK))
    assert store.bot_health(OPERATOR) == BotHealth(as_of=clock.now(), seen_at=clock.now(), mode=BotMode.WEBHOOK)


def test_a_bot_that_reported_and_falls_silent_is_missed(store: Store, clock: MovableClock) -> None:
    """After two minutes it is not there; after a week it has been taken out of service."""
    store.report_bot(BotReport(mode=BotMode.POLLING))
    clock.advance(2 * MINUTE)
    assert codes(store) == []
    clock.advance(timedelta(seconds=1))
    assert codes(store) == ["bot_silent"]
    clock.advance(timedelta(days=7))
    assert codes(store) == []


def test_a_bot_is_behind_when_something_waits_for_a_minute(store: Store, clock: MovableClock) -> None:
    """What it had in hand a moment ago is its work; what it cannot have stored is its trouble."""
    store.report_bot(BotReport(mode=BotMode.POLLING, oldest_unsaved_at=clock.now() - MINUTE))
    assert codes(store) == []
    clock.advance(MINUTE)  # what was in hand then is no news
    assert codes(store) == []
    store.report_bot(BotReport(mode=BotMode.POLLING, oldest_unsaved_at=clock.now() - 2 * MINUTE))
    assert codes(store) == ["bot_behind"]
    store.report_bot(BotReport(mode=BotMode.POLLING))
    assert codes(store) == []


def test_two_bots_are_in_conflict_whichever_of_them_reports(store: Store, clock: MovableClock) -> None:
    """Only one of them is told at a time, and the other's report does not hide it; two minutes of peace end it."""
    began = clock.now()
    for conflict in (True, False, True, False):
        store.report_bot(BotReport(mode=BotMode.POLLING, conflict=conflict))
        assert store.bot_health(OPERATOR).conflict_since == began
        assert codes(store) == ["bot_conflict"]
        clock.advance(MINUTE / 2)
    clock.advance(MINUTE)
    store.report_bot(BotReport(mode=BotMode.POLLING))
    assert codes(store) == []
    store.report_bot(BotReport(mode=BotMode.POLLING, conflict=True))
    assert store.bot_health(OPERATOR).conflict_since == clock.now()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Deferred(failure(FailureCode.UNREACHABLE)), StallReason.UNREACHABLE),
        (Lost(failure(FailureCode.ANSWER_LOST)), StallReason.ANSWER_LOST),
    ],
)
def test_sending_is_stalled_until_an_answer_gets_through(
    store: Store, clock: MovableClock, outcome: Outcome, reason: StallReason
) -> None:
    """One that did not get through is bad luck; from the second on it is told, between the tries as well."""
    for user_id in range(1, 5):
        receive(store, user_id)
        answer(store, user_id)
    end(store, outcome)
    assert stall(store) is None
    end(store, outcome)
    assert stall(store) is reason
    clock.advance(timedelta(seconds=5))
    assert stall(store) is reason
    end(store, Sent(1))
    assert stall(store) is None


def test_sending_is_stalled_when_the_bot_is_limited(store: Store, clock: MovableClock) -> None:
    """The wait of one chat is its own; that of the bot is told for as long as it lasts."""
    for user_id in (1, 2, 3):
        receive(store, user_id)
        answer(store, user_id)
    limited = Deferred(failure(FailureCode.RATE_LIMITED), timedelta(seconds=30))
    end(store, limited)
    assert stall(store) is None
    end(store, limited)
    assert stall(store) is StallReason.RATE_LIMITED
    clock.advance(timedelta(seconds=30))
    assert stall(store) is None


def test_sending_is_stalled_while_the_token_is_refused(store: Store) -> None:
    """Until the bot may go on."""
    receive(store)
    answer(store)
    end(store, Refused(failure(FailureCode.UNAUTHORIZED), stops_sender=True))
    assert stall(store) is StallReason.UNAUTHORIZED
    assert codes(store) == ["sending_stalled"]
    store.resume(OPERATOR)
    assert stall(store) is None


def test_sending_is_stalled_when_nobody_sends(store: Store, clock: MovableClock) -> None:
    """An answer that could have left a minute ago has no worker; one that has just been tried has."""
    receive(store)
    answer(store)
    clock.advance(MINUTE)
    assert stall(store) is None
    clock.advance(timedelta(seconds=1))
    assert stall(store) is StallReason.NOBODY_SENDS
    end(store, Deferred(failure(FailureCode.UNREACHABLE)))
    assert stall(store) is None


def test_a_warning_says_since_when() -> None:
    """In words that stay the same while nothing changes, and that name no person."""
    since = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    health = BotHealth(
        as_of=since + timedelta(hours=2),
        seen_at=since + timedelta(hours=1),
        mode=BotMode.POLLING,
        oldest_unsaved_at=since,
        conflict_since=since,
        stall=StallReason.UNREACHABLE,
    )
    assert [warning.detail for warning in health.warnings()] == [
        "The bot has not reported since 2026-01-02T04:04:05Z.",
        "The bot is behind: an update of 2026-01-02T03:04:05Z is not stored yet.",
        "Two bots poll with one token since 2026-01-02T03:04:05Z, each in the other's way.",
        "No answer leaves: unreachable.",
    ]


def test_a_report_is_read_as_strictly_as_a_message() -> None:
    """Broken fields are named, all at once."""
    with pytest.raises(InvalidInput) as refused:
        BotReport.from_json({"mode": "pigeon", "pendingUpdates": -1, "oldestUnsavedAt": "now", "conflict": 1})
    assert [error.field for error in refused.value.errors] == ["mode", "pendingUpdates", "oldestUnsavedAt", "conflict"]
