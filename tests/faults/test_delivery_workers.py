"""Workers die, sleep too long, have wrong clocks, come in numbers and are told to end."""

from __future__ import annotations

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support.deadline import eventually
from tests.support.installation import Installation, reply
from tests.support.proxy import Proxy
from tests.support.stores import claim, postgres_store

from opchat_core.model import DeliveryStatus
from opchat_core.testing import MovableClock

if TYPE_CHECKING:
    from tests.faults.conftest import Post
    from tests.support.ledgers import Ledgers
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import LedgerEntry, Simulator

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
LEASE = 2.0


def wrong_clock(shift: str) -> dict[str, str]:
    """The environment of a process whose clock is wrong by so much."""
    assert FAKETIME is not None, "install libfaketime, or let nox do it"
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Watch:
    """Stands between workers and Telegram, and tells of chats that had two calls under way at once.

    Attributes:
        met: Those chats.
        most: How many calls were under way at most.
    """

    def __init__(self) -> None:
        self.met: list[str] = []
        self.most = 0
        self._under_way: dict[int, str] = {}

    def __call__(self, chunk: bytes, *, upstream: bool, connection: int) -> bytes:
        """See :class:`tests.support.proxy.Rule`."""
        if not upstream:
            self._under_way.pop(connection, None)
        elif found := re.search(rb'"chat_id":\s*(\d+)', chunk):
            chat = found[1].decode()
            if chat in self._under_way.values():
                self.met.append(chat)
            self._under_way[connection] = chat
            self.most = max(self.most, len(self._under_way))
        return chunk


def sends(simulator: Simulator) -> list[LedgerEntry]:
    """The calls that were to send something, as they arrived."""
    return simulator.ledger("sendMessage")


def test_a_worker_killed_before_the_commit_leaves_doubt(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """Telegram has accepted, the worker dies: when the lease runs out the answer is in doubt, and never sent again."""
    lost, behind = post.queue(42, "one", "two")
    simulator.fail("sendMessage", "hang_after")
    dying = post.worker(lease=LEASE)
    eventually(lambda: len(simulator.sent(42)) == 1, what="the acceptance")
    assert dying.kill() == -signal.SIGKILL
    assert post.statuses(lost, behind) == ["sending", "queued"]
    post.worker(lease=LEASE)
    eventually(lambda: post.statuses(lost, behind) == ["unknown", "sent"], within=LEASE + 5, what="doubt")
    error = post.delivery(lost).error
    assert error is not None
    assert error.code == "lease_expired"
    assert [m.text for m in simulator.sent(42)] == ["one", "two"]
    ledgers.assert_out_agrees()


def test_a_worker_that_slept_past_its_lease_overwrites_nothing(
    post: Post, ledgers: Ledgers, simulator: Simulator
) -> None:
    """Stopped while it sends, continued while another one sends again, as a person decided: it is too late."""
    (key,) = post.queue(42, "one")
    for seconds in (0.5, 3):
        simulator.fail("sendMessage", "delay", seconds=seconds)
    asleep = post.worker(lease=LEASE)
    eventually(lambda: len(simulator.faults()) == 1, what="the call")
    asleep.process.send_signal(signal.SIGSTOP)
    try:
        eventually(lambda: len(simulator.sent(42)) == 1, what="the acceptance")
        other = post.worker(lease=LEASE * 5)
        eventually(lambda: post.statuses(key) == ["unknown"], within=LEASE + 5, what="doubt")
        post.store.settle(key, DeliveryStatus.QUEUED)
        ledgers.retried("one")
        eventually(lambda: not simulator.faults(), what="the second call")
    finally:
        asleep.process.send_signal(signal.SIGCONT)
    asleep.wait_for_line("delivery.result_too_late", within=10)
    assert post.statuses(key) == ["sending"]
    eventually(lambda: post.statuses(key) == ["sent"], what="the result that counts")
    assert "too_late" not in other.output()
    ledgers.assert_out_agrees()


def test_four_workers_send_a_thousand_answers_once_and_in_order(
    post: Post, ledgers: Ledgers, simulator: Simulator, soak: bool
) -> None:
    """Each is sent once, in the order of its chat, and no chat has two under way, by what Telegram saw."""
    users, each = 50, 200 if soak else 20
    for user_id in range(1, users + 1):
        post.queue(user_id, *(f"{user_id}-{number}" for number in range(each)))
    watch = Watch()
    with Proxy(("127.0.0.1", simulator.port)) as proxy:
        proxy.rule = watch
        for _ in range(4):
            post.worker(api_url=f"http://127.0.0.1:{proxy.port}")
        eventually(ledgers.settled, within=600 if soak else 60, what="an empty queue")
    assert watch.met == []
    assert watch.most > 1, "the workers did not work beside each other"
    assert [(entry.accepted, entry.status) for entry in sends(simulator)] == [(True, 200)] * users * each
    for user_id in range(1, users + 1):
        assert [m.text for m in simulator.sent(user_id)] == [f"{user_id}-{number}" for number in range(each)]
        rows = [row for row in ledgers.rows(user_id) if row.direction == "out"]
        assert {row.status for row in rows} == {"sent"}
    assert not post.store.backlog("operator").unknown
    ledgers.assert_out_agrees()


@pytest.mark.parametrize("shift", ["+2h", "-2h"])
def test_a_wrong_clock_hurts_nobody(post: Post, ledgers: Ledgers, simulator: Simulator, shift: str) -> None:
    """A worker two hours off neither ends the leases of others, nor calls answers too old, nor sends out of order."""
    (held,) = post.queue(1, "held")
    simulator.fail("sendMessage", "delay", seconds=2, chat_id=1)
    post.worker(max_age=3600)
    eventually(lambda: post.statuses(held) == ["sending"], what="the attempt")
    off = post.worker(max_age=3600, environment=wrong_clock(shift))
    keys = [key for user_id in range(2, 12) for key in post.queue(user_id, "one", "two", "three")]
    eventually(lambda: {*post.statuses(held, *keys)} == {"sent"}, within=20, what="delivery")
    assert all(post.delivery(key).attempts == 1 for key in (held, *keys))
    ledgers.assert_out_agrees()
    assert off.terminate() == 0


def test_the_clock_is_really_wrong(processes: Processes) -> None:
    """The proof above would prove nothing if the process had the right time."""
    process = processes.python("-c", "import time; print(time.time())", environment=wrong_clock("+2h"))
    assert process.wait() == 0
    assert float(process.stdout.read_text()) - time.time() == pytest.approx(7200, abs=60)


def test_sigterm_lets_a_worker_finish_what_it_holds(post: Post, ledgers: Ledgers, simulator: Simulator) -> None:
    """The answer under way arrives and is `sent`, the next one is not begun, and the program ends with 0 in time."""
    held, behind = post.queue(42, "one", "two")
    simulator.fail("sendMessage", "delay", seconds=3)
    worker = post.deliver()
    eventually(lambda: post.statuses(held) == ["sending"], within=20, what="the attempt")
    started = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    worker.wait_for_line("program.interrupted")
    (late,) = post.queue(43, "late")
    assert worker.wait(12) == 0
    assert time.monotonic() - started < 10
    assert post.statuses(held, behind, late) == ["sent", "queued", "queued"]
    assert [m.text for m in simulator.sent()] == ["one"]
    assert "Traceback" not in worker.output()


def test_sigterm_does_not_wait_for_telegram_forever(
    post: Post, ledgers: Ledgers, simulator: Simulator, clean_database: str
) -> None:
    """An answer that hangs is left to its lease: the program ends in time, and doubt is what remains."""
    held, behind = post.queue(42, "one", "two")
    simulator.fail("sendMessage", "hang_after")
    worker = post.deliver()
    eventually(lambda: len(simulator.sent(42)) == 1, within=20, what="the acceptance")
    started = time.monotonic()
    assert worker.terminate(within=12) == 0
    assert time.monotonic() - started < 10
    assert post.statuses(held, behind) == ["sending", "queued"]
    with postgres_store(clean_database, MovableClock(datetime.now(UTC) + timedelta(seconds=90)), size=1) as store:
        claim(store)
    assert post.statuses(held, behind) == ["unknown", "sending"]


def test_sigterm_lets_a_server_finish_what_it_holds(
    post: Post, simulator: Simulator, processes: Processes, clean_database: str
) -> None:
    """A request that sends, and an event stream: the one is answered, the other ended, all within ten seconds."""
    installation = Installation(processes, simulator, clean_database)
    post.queue(42)
    server = installation.serve()
    simulator.fail("sendMessage", "delay", seconds=3)
    with installation.operator() as operator, ThreadPoolExecutor(1) as pool:
        with httpx.stream("GET", f"{installation.url}/api/events", headers=operator.headers, timeout=30) as stream:
            assert stream.status_code == 200
            sending = pool.submit(reply, operator, 42, "On its way!")
            eventually(lambda: post.store.backlog("operator").sending == 1, what="the attempt")
            started = time.monotonic()
            assert server.terminate(within=12) == 0
            assert time.monotonic() - started < 10
            stream.read()
        told = sending.result(10)
    assert told.status_code == 201
    assert told.json()["message"]["delivery"]["status"] == "sent"
    assert [m.text for m in simulator.sent(42)] == ["On its way!"]
    assert "Traceback" not in server.output()
