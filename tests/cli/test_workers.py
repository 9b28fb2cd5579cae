"""The programs that work in the background: delivery, bot and simulator as processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from tests.support.deadline import eventually

from opchat_core import connect

if TYPE_CHECKING:
    from tests.support.processes import Processes

    from opchat_core.testing.simulator import Simulator


def test_two_delivery_workers_share_the_work(
    processes: Processes, clean_database: str, simulator: Simulator, port: int
) -> None:
    """Answers that Telegram put off go out once each, with two workers beside each other, which end when told."""
    with connect(clean_database, bot_token=simulator.token, telegram_api_url=simulator.url) as chat:
        simulator.fail("sendMessage", "too_many_requests", times=20)
        for user_id in range(1, 21):
            simulator.user(user_id)
            chat.receive(user_id=user_id, text="Hello?")
            chat.reply(user_id, f"Hello, {user_id}!")
        assert not simulator.sent()
        settings = {
            "DATABASE_URL": clean_database,
            "OPERATOR_BOT_TOKEN": simulator.token,
            "TELEGRAM_API_URL": simulator.url,
        }
        arguments = [[f"--metrics-port={port}"], []]
        workers = [processes.opchat("deliver", *more, environment=settings) for more in arguments]
        for worker in workers:
            worker.wait_for_line("delivery.running")
        eventually(lambda: len(simulator.sent()) >= 20, within=30, what="twenty answers")
        counted = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert 'opchat_deliveries_total{status="sent"}' in counted
        assert [worker.terminate(within=10) for worker in workers] == [0, 0]
        assert sorted(m.text for m in simulator.sent()) == sorted(f"Hello, {n}!" for n in range(1, 21))


def test_the_bot_waits_for_the_api(processes: Processes, simulator: Simulator, port: int) -> None:
    """Started before the server, the bot says that the API is away, keeps what came, and ends when told."""
    settings = {
        "OPERATOR_BOT_TOKEN": simulator.token,
        "TELEGRAM_API_URL": simulator.url,
        "API_BASE_URL": f"http://127.0.0.1:{port}",
    }
    bot = processes.opchat("bot", environment=settings)
    simulator.user(42)
    simulator.send_text(42, "Is anybody there?")
    bot.wait_for_line("bot.api_away")
    assert simulator.pending_updates() == 1
    assert bot.terminate(within=12) == 0
    assert simulator.token.partition(":")[2] not in bot.output()


def test_the_simulator_stands_in_for_telegram(processes: Processes, port: int) -> None:
    """It prints the settings to use, answers to them, and ends with 0."""
    simulator = processes.opchat("simulator", f"--port={port}")
    token = simulator.wait_for_line(r"OPERATOR_BOT_TOKEN=(\S+)")[1]
    url = simulator.wait_for_line(r"TELEGRAM_API_URL=(\S+)")[1]
    assert httpx.get(f"{url}/bot{token}/getMe").json()["ok"] is True
    second = processes.opchat("simulator", f"--port={port}")
    assert second.wait() == 1
    assert second.output().count("\n") == 1
    assert simulator.terminate() == 0
