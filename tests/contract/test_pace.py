"""How fast answers leave: the budgets of chats and bots, and the waits of a bot as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.support.stores import LEASE, OPERATOR, UNHURRIED, WAIT, answer, claim, receive

from opchat_core.model import Deferred, DeliveryError, Lost, Message, Outcome, Pace, Rate, Refused, Sent

if TYPE_CHECKING:
    from opchat_core.ports import Store
    from opchat_core.testing import MovableClock

SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
SLOW_CHAT = Pace(chat=Rate(3, 3 * SECOND), bot=Rate(10**6, SECOND))
SLOW_BOT = Pace(chat=Rate(10**6, SECOND), bot=Rate(4, 2 * SECOND))
BUSY = DeliveryError("rate_limited", "Too Many Requests")
UNREACHABLE = DeliveryError("unreachable", "ConnectError")
LOST = DeliveryError("answer_lost", "ReadTimeout")
GONE = DeliveryError("file_gone", "The file is not kept any more; send it anew.")


def chats(store: Store, count: int) -> list[Message]:
    """Users 1, 2, 3 and so on write and are each answered."""
    for user_id in range(1, count + 1):
        receive(store, user_id)
    return [answer(store, user_id) for user_id in range(1, count + 1)]


def take(store: Store, user_id: int | None = None, *, pace: Pace = UNHURRIED) -> Message:
    """Claim the one answer that may leave."""
    (message,) = claim(store, limit=1, user_id=user_id, pace=pace)
    return message


def end(store: Store, message: Message, outcome: Outcome | None = None) -> None:
    """Complete an attempt, well unless told otherwise."""
    assert store.complete(message, outcome or Sent(1), wait=WAIT) is not None


# Of a chat


def test_a_chat_gets_a_few_at_once_and_then_one_a_second(store: Store, clock: MovableClock) -> None:
    """A quiet chat has saved up for three; the fourth leaves a second after the first, and so on."""
    receive(store)
    for _ in range(6):
        answer(store)
    for _ in range(3):
        end(store, take(store, pace=SLOW_CHAT))
    for _ in range(2):
        assert store.next_due(OPERATOR) == SECOND
        clock.advance(SECOND - MOMENT)
        assert claim(store, pace=SLOW_CHAT) == ()
        assert claim(store, pace=SLOW_CHAT, user_id=42) == ()
        clock.advance(MOMENT)
        end(store, take(store, pace=SLOW_CHAT))
    clock.advance(60 * SECOND)
    for _ in range(3):
        answer(store)
    sent = 0
    while taken := claim(store, pace=SLOW_CHAT):
        end(store, taken[0])
        sent += 1
    assert sent == 3


def test_a_chat_that_has_to_slow_down_holds_up_no_other(store: Store) -> None:
    """Each chat has a budget of its own, in each of the bots."""
    for user_id, bot_type in ((42, OPERATOR), (43, OPERATOR), (42, "shop")):
        receive(store, user_id, bot_type=bot_type)
    for _ in range(4):
        answer(store, 42)
    for _ in range(3):
        end(store, take(store, pace=SLOW_CHAT))
    answer(store, 43)
    answer(store, 42, bot_type="shop")
    assert [m.user_id for m in claim(store, pace=SLOW_CHAT)] == [43]
    assert [m.user_id for m in claim(store, pace=SLOW_CHAT, bot_type="shop")] == [42]


# Of a bot


def test_a_bot_gets_a_few_at_once_and_then_one_each_time(store: Store, clock: MovableClock) -> None:
    """Whoever asks, and however much is due: four at once, then one each half second, by the order of waiting."""
    chats(store, 8)
    assert len(claim(store, pace=SLOW_BOT, limit=3)) == 3
    assert len(claim(store, pace=SLOW_BOT, limit=3)) == 1
    assert claim(store, pace=SLOW_BOT) == ()
    assert store.next_due(OPERATOR) == SECOND / 2
    clock.advance(SECOND / 2 - MOMENT)
    assert claim(store, pace=SLOW_BOT) == ()
    clock.advance(MOMENT)
    assert len(claim(store, pace=SLOW_BOT)) == 1
    clock.advance(SECOND)
    assert len(claim(store, pace=SLOW_BOT)) == 2


def test_bots_have_budgets_of_their_own(store: Store) -> None:
    """Telegram counts them one by one."""
    receive(store, 42, bot_type="shop")
    answer(store, 42, bot_type="shop")
    chats(store, 5)
    assert len(claim(store, pace=SLOW_BOT)) == 4
    assert len(claim(store, pace=SLOW_BOT, bot_type="shop")) == 1


def test_who_waits_at_a_screen_runs_ahead(store: Store, clock: MovableClock) -> None:
    """The queue of others makes nobody wait: two single answers leave on credit, which is paid back before more do."""
    chats(store, 8)
    claim(store, pace=SLOW_BOT)
    assert len(claim(store, pace=SLOW_BOT, user_id=8)) == 1
    assert len(claim(store, pace=SLOW_BOT, user_id=7)) == 1
    assert claim(store, pace=SLOW_BOT, user_id=6) == ()
    clock.advance(SECOND)
    assert claim(store, pace=SLOW_BOT) == ()
    clock.advance(SECOND / 2)
    assert len(claim(store, pace=SLOW_BOT)) == 1


# 429


def test_a_limited_chat_waits_alone(store: Store, clock: MovableClock) -> None:
    """A 429 is about a chat, also when the same chat gets another one."""
    chats(store, 2)
    receive(store, 3)
    first = take(store, 1)
    end(store, first, Deferred(BUSY, 30 * SECOND))
    assert store.backlog(OPERATOR).wait_reason is None
    end(store, take(store, 2))
    clock.advance(30 * SECOND)
    end(store, take(store, 1), Deferred(BUSY, 30 * SECOND))
    answer(store, 3)
    end(store, take(store, 3))


def test_two_limited_chats_mean_the_bot(store: Store, clock: MovableClock) -> None:
    """A 429 for a second chat while the first waits: all chats wait as long as Telegram said, leases excepted."""
    chats(store, 4)
    held, first, second = (take(store, user_id) for user_id in (4, 1, 2))
    end(store, first, Deferred(BUSY, 20 * SECOND))
    clock.advance(19 * SECOND)
    end(store, second, Deferred(BUSY, 30 * SECOND))
    assert store.backlog(OPERATOR).wait_reason == "rate_limited"
    assert claim(store) == ()
    assert claim(store, user_id=3) == ()
    assert store.next_due(OPERATOR) == 30 * SECOND
    clock.advance(30 * SECOND - MOMENT)
    assert claim(store) == ()
    assert claim(store, user_id=3) == ()
    clock.advance(MOMENT)
    assert store.backlog(OPERATOR).wait_reason is None
    assert len(claim(store)) == 1, "nobody saves up in a wait"
    clock.advance(SECOND)
    assert len(claim(store)) == 2
    end(store, held)


def test_a_limit_that_is_over_is_forgotten(store: Store, clock: MovableClock) -> None:
    """Two chats that are told to wait one after the other are two chats."""
    chats(store, 3)
    end(store, take(store, 1), Deferred(BUSY, 5 * SECOND))
    clock.advance(5 * SECOND)
    end(store, take(store, 2), Deferred(BUSY, 5 * SECOND))
    assert store.backlog(OPERATOR).wait_reason is None
    end(store, take(store, 3))


# Telegram is away


@pytest.mark.parametrize("outcome", [Deferred(UNREACHABLE), Lost(LOST)])
def test_after_a_failure_one_at_a_time_is_tried(store: Store, clock: MovableClock, outcome: Outcome) -> None:
    """One connection may have bad luck: nobody waits for a time, but the next one shows whether it was that."""
    chats(store, 5)
    end(store, take(store), outcome)
    assert store.backlog(OPERATOR).wait_reason is None
    probe, *others = claim(store)
    assert others == []
    assert claim(store) == ()
    assert claim(store, user_id=5) == ()
    assert store.next_due(OPERATOR) == LEASE
    end(store, probe)
    clock.advance(SECOND)
    assert len(claim(store, limit=3)) == 3


@pytest.mark.parametrize("outcome", [Deferred(UNREACHABLE), Lost(LOST)])
def test_a_telegram_that_is_away_is_asked_less_and_less(store: Store, clock: MovableClock, outcome: Outcome) -> None:
    """Each wait is twice the one before, 30 seconds at most, whatever answer is the one that is tried."""
    chats(store, 20)
    end(store, take(store), outcome)
    pauses = []
    for _ in range(8):
        end(store, take(store), outcome)
        pause = store.next_due(OPERATOR)
        assert pause
        assert claim(store) == ()
        pauses.append(pause.total_seconds())
        assert store.backlog(OPERATOR).wait_reason == outcome.error.code  # type: ignore[union-attr] # neither is Sent
        clock.advance(pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    end(store, take(store))
    assert store.backlog(OPERATOR).wait_reason is None
    clock.advance(SECOND)
    assert len(claim(store, limit=3)) == 3


def test_a_file_that_is_gone_says_nothing_of_telegram(store: Store) -> None:
    """Nobody was asked: the next answer is tried at once, and still one at a time."""
    chats(store, 6)
    end(store, take(store), Deferred(UNREACHABLE))
    for outcome in (Refused(GONE), Deferred(GONE)):
        end(store, take(store), outcome)
    (probe,) = claim(store)
    assert claim(store) == ()
    end(store, probe, Deferred(UNREACHABLE))
    assert store.next_due(OPERATOR) == SECOND


def test_what_was_under_way_counts_once(store: Store, clock: MovableClock) -> None:
    """Eight answers that fail together are one piece of news, not eight; one that got through is the better news."""
    chats(store, 10)
    under_way = claim(store, limit=8)
    for message in under_way[:7]:
        end(store, message, Deferred(UNREACHABLE))
    assert store.next_due(OPERATOR) == SECOND
    end(store, under_way[7])
    clock.advance(SECOND)
    assert len(claim(store)) == 2


def test_a_probe_that_died_does_not_end_the_sending(store: Store, clock: MovableClock) -> None:
    """When its lease runs out, the next one is tried."""
    chats(store, 3)
    end(store, take(store), Lost(LOST))
    dead = take(store)
    clock.advance(LEASE)
    assert {m.user_id for m in claim(store)} == {dead.user_id, 3}


def test_a_limit_outlives_an_absence(store: Store, clock: MovableClock) -> None:
    """What Telegram asked for is honoured, although an answer gets through meanwhile."""
    chats(store, 6)
    messages = [take(store, user_id) for user_id in (1, 2, 3, 4)]
    end(store, messages[0], Lost(LOST))
    end(store, messages[1], Deferred(BUSY, 20 * SECOND))
    end(store, messages[2], Deferred(BUSY, 20 * SECOND))
    end(store, messages[3])
    assert claim(store) == ()
    clock.advance(20 * SECOND)
    assert len(claim(store)) == 1
    clock.advance(SECOND)
    assert len(claim(store)) == 3
