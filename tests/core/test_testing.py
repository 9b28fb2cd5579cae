"""The tools that opchat gives to the tests of others."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from tests.support.stores import answer, receive

from opchat_core.model import DeliveryError, Lost, Message, Outcome, Sent
from opchat_core.ports import Change, Parcel
from opchat_core.testing import InMemoryFeed, InMemoryRepository, MovableClock, RecordingSender


def test_time_passes_when_told() -> None:
    """Forward only, and always aware."""
    clock = MovableClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.advance(timedelta(hours=1)) == clock.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="negative"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        MovableClock(datetime(2026, 1, 1))  # noqa: DTZ001 - a naive time is what is refused


def test_a_sender_follows_its_script() -> None:
    """Outcomes and functions in order; after them everything arrives."""
    lost = Lost(DeliveryError("answer_lost", "x"))

    def decide(message: Message) -> Outcome:
        return Sent(message.seq)

    sender = RecordingSender(lost)
    sender.script(decide)
    store = InMemoryRepository()
    receive(store)
    message = answer(store)
    outcomes = [sender.send([Parcel(message, 7)])[0] for _ in range(4)]
    assert outcomes == [lost, Sent(2), Sent(1001), Sent(1002)]
    assert sender.texts == ["hello"] * 4
    assert sender.parcels[0].reply_to_telegram_message_id == 7


def test_a_store_without_a_clock_takes_the_systems() -> None:
    """Nothing has to be configured to try something."""
    before = datetime.now(UTC)
    assert before <= receive(InMemoryRepository()).message.created_at <= datetime.now(UTC)


def test_a_feed_wakes_whoever_waits_and_ends() -> None:
    """A change arrives while somebody waits; None tells that nothing more will come."""
    feed = InMemoryFeed()
    change = Change(42, "operator", 1)
    with feed.subscribe() as one, feed.subscribe() as two:
        thread = Thread(target=feed.publish, args=(change,))
        thread.start()
        assert one.wait(10) == (change,)
        assert two.wait(10) == (change,)
        thread.join()
        feed.publish(change)
        feed.close()
        assert one.wait(10) == (change,)
        assert one.wait(10) is None


def test_the_tools_need_the_core_alone() -> None:
    """Whoever installed opchat without extras can import them."""
    code = (
        "import sys\n"
        "for name in ('multipart', 'flask', 'telegram', 'click', 'granian'): sys.modules[name] = None\n"
        "import opchat_core.testing\n"
        "print(sorted(opchat_core.testing.__all__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "InMemoryRepository" in done.stdout
