"""The bot by polling: from the user's phone to the API, and nothing lost between."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.bot.api_stand_in import Answer, ApiStandIn
from tests.bot.running import poll_until, running_bot
from tests.bot.updates import ANNA, update
from tests.support.deadline import eventually

from opchat_bot import ApiClient, Intake, build_application
from opchat_bot.patience import Pauses
from opchat_bot.polling import Poller
from opchat_core.errors import ConfigError

if TYPE_CHECKING:
    from tests.support.processes import Processes, RunningProcess

    from opchat_core.config import Config
    from opchat_core.testing.simulator import Simulator

PROGRAM = """
import logging, os
from opchat_bot import run
from opchat_core.config import Config
logging.basicConfig(level="DEBUG")
run(Config.from_env(os.environ))
"""


def start(processes: Processes, config: Config) -> RunningProcess:
    """Start the bot in a process of its own."""
    environment = {
        "OPERATOR_BOT_TOKEN": config.bot_token or "",
        "TELEGRAM_API_URL": config.telegram_api_url,
        "API_BASE_URL": config.api_base_url or "",
    }
    return processes.python("-c", PROGRAM, environment=environment)


def test_what_a_user_writes_is_stored_and_confirmed(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Anna writes and edits, blocks and comes back; the API hears of all of it, and then Telegram may forget it."""
    anna = simulator.user(42, "Anna")
    with running_bot(config):
        number = simulator.send_text(anna.id, "Where is my odrer?")
        simulator.edit_text(anna.id, number, "Where is my order?")
        simulator.send_photo(anna.id, b"\xff\xd8\xff", "This one")
        simulator.block(anna.id)
        simulator.unblock(anna.id)
        eventually(lambda: not simulator.pending_updates(), what="the confirmation")
    assert api.texts() == ["Where is my odrer?", "Where is my order?", "This one"]
    assert [body.get("edited", False) for body in api.stored] == [False, True, False]
    assert [body["blockedByUser"] for body in api.members] == [True, False]
    assert {token for _, _, token in api.calls} == {config.ingest_token}


@pytest.mark.parametrize(("language", "word"), [("en", "operator"), ("ru-RU", "оператор"), (None, "operator")])
def test_start_and_help_are_answered_and_stored(
    simulator: Simulator, api: ApiStandIn, config: Config, language: str | None, word: str
) -> None:
    """The bot greets in the user's language, once, and the operator sees what was written."""
    anna = simulator.user(42, "Anna", language_code=language)
    with running_bot(config):
        simulator.send_text(anna.id, "/start from-shop")
        simulator.send_text(anna.id, "/help")
        simulator.wait_until(lambda: len(simulator.sent(anna.id)) == 2)
    assert api.texts() == ["/start from-shop", "/help"]
    assert all(word in message.text for message in simulator.sent(anna.id))


def test_telegram_may_not_forget_what_the_api_has_not_stored(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """While the API fails, the update stays with Telegram; then it is stored, once."""
    anna = simulator.user(42, "Anna")
    api.script += [Answer(503, (("Retry-After", "0"),), {})] * 5
    with running_bot(config):
        simulator.send_text(anna.id, "Hello")
        eventually(lambda: len(api.calls) >= 5)
        assert simulator.pending_updates() == 1 or api.stored
        eventually(lambda: not simulator.pending_updates())
    assert api.texts() == ["Hello"]


def test_an_update_that_cannot_be_read_is_kept_and_blocks_nobody(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Broken, unknown and nobody's updates lie between two messages: both arrive, and what can be kept is kept."""
    anna, bob = simulator.user(42, "Anna"), simulator.user(43, "Bob")
    simulator.set_next_update_id(7000)
    broken = update(900, update_id=7001, text="Help", entities=[{"type": "bold"}])
    unknown = {"update_id": 7002, "novelty": {"from": ANNA, "what": ["?"]}}
    simulator.send_text(anna.id, "before")
    simulator.inject(broken)
    simulator.inject(unknown)
    simulator.inject({"update_id": 7003, "message": "not even an object"})
    simulator.send_text(bob.id, "after")
    with running_bot(config):
        eventually(lambda: not simulator.pending_updates())
    kept = [body for body in api.stored if body["messageType"] == "unsupported"]
    assert [body["payload"] for body in kept] == [broken, unknown]
    assert api.texts(43) == ["after"]
    [lost] = [record for record in caplog.records if record.message == "bot.update_of_nobody"]
    assert lost.levelno == logging.ERROR
    assert "not even an object" in lost.__dict__["update"]


def test_what_the_api_refuses_is_stored_raw_and_blocks_nobody(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """The first refusal has the raw update stored instead; the second is told in the log, update and all."""
    anna = simulator.user(42, "Anna")
    refusal = Answer(422, body={"status": 422, "code": "invalid_input", "detail": "createdAt is ahead"})
    api.script += [refusal]
    with running_bot(config):
        simulator.send_text(anna.id, "first")
        eventually(lambda: len(api.stored) == 1)
        api.script += [refusal, refusal]
        simulator.send_text(anna.id, "second")
        simulator.send_text(anna.id, "third")
        eventually(lambda: not simulator.pending_updates())
    assert [(body["messageType"], body["messageText"]) for body in api.stored] == [
        ("unsupported", "first"),
        ("text", "third"),
    ]
    [refused] = [record for record in caplog.records if record.message == "bot.update_refused"]
    assert "second" in refused.__dict__["update"]


@pytest.mark.accident
def test_one_users_order_holds_while_others_go_ahead(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Anna's first message needs three tries; her second waits for it, and Bob's do not."""
    for user_id in (42, 43):
        simulator.user(user_id, "User")
    api.by_user[42] = [Answer(500, body={})] * 2
    for number in range(20):
        simulator.send_text(42 + number % 2, str(number))
    with running_bot(config):
        eventually(lambda: not simulator.pending_updates())
    assert api.texts(42) == [str(number) for number in range(0, 20, 2)]
    assert api.texts(43) == [str(number) for number in range(1, 20, 2)]
    everything = api.texts()
    assert everything.index("19") < everything.index("0")


def test_numbers_that_go_down_and_number_zero_lose_nothing(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """After a quiet week Telegram counts anew from below, and scheduled messages have the number 0."""
    simulator.user(42, "Anna")
    simulator.set_next_update_id(5000)
    with running_bot(config):
        simulator.send_text(42, "high")
        eventually(lambda: not simulator.pending_updates())
        simulator.set_next_update_id(7)
        simulator.send_text(42, "low")
        simulator.send_text(42, "scheduled", message_id=0)
        simulator.send_text(42, "scheduled too", message_id=0)
        eventually(lambda: not simulator.pending_updates())
    assert api.texts() == ["high", "low", "scheduled", "scheduled too"]


def test_after_a_silence_the_offset_is_dropped(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Once Telegram has seen it, an offset has done its work, and could only confirm what nobody has seen."""
    simulator.user(42, "Anna")
    simulator.set_next_update_id(5000)
    simulator.send_text(42, "Hello")

    async def work() -> None:
        stop = asyncio.Event()
        async with ApiClient.from_config(config) as client, build_application(config, api=client) as application:
            poller = Poller(application.bot, Intake(client, application), stop, long_poll=1)
            running = asyncio.create_task(poller.run())
            await asyncio.to_thread(eventually, lambda: len(simulator.ledger("getUpdates")) >= 3)
            stop.set()
            await running

    asyncio.run(work())
    offsets = [entry.params.get("offset") for entry in simulator.ledger("getUpdates")]
    assert offsets[:3] == [None, "5001", None]


def test_what_telegram_does_not_forget_is_fetched_again_at_leisure(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Numbers that jump while updates wait can't be confirmed all at once: no message lost, none doubled, no rush."""
    simulator.user(42, "Anna")
    simulator.set_next_update_id(900_000)
    simulator.send_text(42, "high")
    simulator.set_next_update_id(7)
    simulator.send_text(42, "low")
    later: list[int] = []

    def later_arrives() -> bool:
        if not later and "bot.offset_ignored" in [record.message for record in caplog.records]:
            later.append(simulator.send_text(42, "later"))
        return "later" in api.texts()

    poll_until(config, later_arrives, pauses=Pauses(0.1, 1.0))
    assert api.texts() == ["high", "low", "later"]
    assert len(simulator.ledger("getUpdates")) < 10


def test_a_last_word_that_telegram_does_not_hear_costs_nothing(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """The offset cannot be confirmed at the end, so the message comes again, and is known."""
    simulator.user(42, "Anna")
    api.script += [Answer(503, (("Retry-After", "1"),), {})]
    with running_bot(config):
        simulator.send_text(42, "Hello")
        eventually(lambda: bool(api.calls))
        simulator.fail("getUpdates", "server_error", times=None)
    assert (api.texts(), simulator.pending_updates()) == (["Hello"], 1)
    simulator.clear_faults()
    with running_bot(config):
        eventually(lambda: not simulator.pending_updates())
    assert api.texts() == ["Hello"]


def test_what_cannot_be_stored_in_time_stays_with_telegram(
    simulator: Simulator, api: ApiStandIn, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked to stop while the API is away, the bot lets go and Telegram keeps the message."""
    monkeypatch.setattr("opchat_bot.runner._GRACE", 0.5)
    simulator.user(42, "Anna")
    api.script += [Answer(503, (("Retry-After", "60"),), {})]
    with running_bot(config):
        simulator.send_text(42, "Hello")
        eventually(lambda: bool(api.calls))
    assert (api.texts(), simulator.pending_updates()) == ([], 1)


def test_a_greeting_that_telegram_refuses_is_only_told_in_the_log(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Anna blocks the bot right after /start: her message is stored all the same."""
    simulator.user(42, "Anna")
    simulator.fail("sendMessage", "forbidden")
    with running_bot(config):
        simulator.send_text(42, "/start")
        eventually(lambda: "bot.greeting_failed" in [record.message for record in caplog.records])
    assert api.texts() == ["/start"]


@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")
@pytest.mark.parametrize("kind", ["server_error", "cut_before", "cut_after", "half_json", "too_many_requests"])
def test_telegram_in_trouble_is_waited_for(
    simulator: Simulator, api: ApiStandIn, config: Config, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """From the first call on, whatever Telegram does, the bot comes back and loses nothing."""
    caplog.set_level(logging.INFO, "opchat_bot")
    simulator.user(42, "Anna")
    simulator.fail("getMe", kind)
    simulator.fail("getUpdates", kind)
    with running_bot(config):
        simulator.send_text(42, "Hello")
        eventually(lambda: not simulator.pending_updates(), within=20)
    assert api.texts() == ["Hello"]
    assert "bot.telegram_back" in [record.message for record in caplog.records]


def test_a_refused_token_stops_the_bot_and_is_not_shown(simulator: Simulator, config: Config) -> None:
    """There is no sense in going on, and the message names the variable, not its value."""
    wrong = evolve(config, bot_token="1:wrong")
    with pytest.raises(ConfigError, match="OPERATOR_BOT_TOKEN") as caught, running_bot(wrong) as thread:
        thread.join(10)
    assert "wrong" not in str(caught.value)


def test_a_token_that_is_revoked_while_running_stops_the_bot(simulator: Simulator, config: Config) -> None:
    """The same when it happens later."""
    simulator.user(42, "Anna")

    def revoke() -> None:
        eventually(lambda: bool(simulator.ledger("deleteWebhook")))
        simulator.fail("getUpdates", "unauthorized", times=None)
        simulator.send_text(42, "Hello")

    revoking = threading.Thread(target=revoke)
    revoking.start()
    with pytest.raises(ConfigError, match="OPERATOR_BOT_TOKEN"), running_bot(config) as thread:
        thread.join(10)
    revoking.join()


def test_a_second_poller_is_told_of_and_survived(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Two bots with one token take turns; the log says so, and every message is stored once."""
    simulator.user(42, "Anna")
    with running_bot(config), running_bot(config):
        eventually(lambda: "bot.conflict" in [record.message for record in caplog.records])
        simulator.send_text(42, "Hello")
        eventually(lambda: api.texts() == ["Hello"])


def test_the_tokens_are_in_no_log(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything is logged at the finest level, and neither token can be found."""
    caplog.set_level(logging.DEBUG)
    simulator.user(42, "Anna")
    simulator.fail("getUpdates", "server_error")
    simulator.send_text(42, "/start")
    with running_bot(config):
        simulator.wait_until(lambda: simulator.sent(42), timeout=10)
    assert ":***/getUpdates" in caplog.text
    for record in caplog.records:
        seen = f"{record.getMessage()} {record.__dict__} {record.exc_text}"
        assert str(config.bot_token) not in seen
        assert str(config.ingest_token) not in seen


def test_killed_in_the_middle_of_a_batch_nothing_is_lost(
    simulator: Simulator, api: ApiStandIn, config: Config, processes: Processes
) -> None:
    """The bot is killed with half a batch stored; the next one stores the rest, and what was stored stays single."""
    for user_id in range(1, 11):
        simulator.user(user_id, "User")
    for number in range(60):
        simulator.send_text(1 + number % 10, f"message {number}")
    api.by_user = {user_id: [Answer(503, (("Retry-After", "60"),), {})] for user_id in (3, 4, 5)}
    first = start(processes, config)
    eventually(lambda: len(api.stored) >= 42, within=30)
    assert first.kill() == -signal.SIGKILL
    assert len(api.stored) == 42
    assert simulator.pending_updates() == 60
    second = start(processes, config)
    eventually(lambda: not simulator.pending_updates(), within=30)
    assert second.terminate() == 0
    assert sorted(api.texts()) == sorted(f"message {number}" for number in range(60))
    assert api.texts(3) == [f"message {number}" for number in range(2, 60, 10)]


def test_a_repeated_start_is_not_greeted_twice(
    simulator: Simulator, api: ApiStandIn, config: Config, processes: Processes
) -> None:
    """An update that an earlier life has stored is stored once, and its handlers do not run again."""
    simulator.user(42, "Anna")
    simulator.send_text(42, "/start")
    api.by_user[7] = [Answer(503, (("Retry-After", "60"),), {})]
    simulator.user(7, "Other")
    simulator.send_text(7, "holds the batch")
    first = start(processes, config)
    simulator.wait_until(lambda: simulator.sent(42), timeout=30)
    eventually(lambda: not api.by_user[7])  # else it would be the second life that is told to wait
    first.kill()
    with running_bot(config):
        eventually(lambda: not simulator.pending_updates())
    assert len(simulator.sent(42)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_what_it_holds(
    simulator: Simulator, api: ApiStandIn, config: Config, processes: Processes, number: signal.Signals
) -> None:
    """A signal in the middle of a batch: the batch is stored, confirmed, and the exit status is 0."""
    simulator.user(42, "Anna")
    api.script += [Answer(503, (("Retry-After", "1"),), {})]
    bot = start(processes, config)
    simulator.send_text(42, "Hello")
    eventually(lambda: len(api.calls) == 1, within=30)
    os.kill(bot.pid, number)
    assert bot.wait(15) == 0
    assert api.texts() == ["Hello"]
    assert simulator.pending_updates() == 0


def test_a_long_poll_is_cut_promptly(simulator: Simulator, config: Config, processes: Processes) -> None:
    """Nothing comes, and still nobody has to wait for the end of the poll."""
    bot = start(processes, config)
    bot.wait_for_line("bot.polling")
    begin = time.monotonic()
    bot.process.terminate()
    assert bot.wait(15) == 0
    assert time.monotonic() - begin < 3
