"""The Application for hosts: made by opchat, or joined by it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters
from tests.bot.api_stand_in import Answer, ApiStandIn
from tests.bot.running import poll_until
from tests.bot.updates import ANNA, update
from tests.simulator.raw import Raw

from opchat_bot import add_handlers, build_application
from opchat_bot.greetings import help_text, start_text
from opchat_core.errors import ConfigError

if TYPE_CHECKING:
    from opchat_core.config import Config
    from opchat_core.testing.simulator import Simulator


def own_application(config: Config) -> Application[Any, Any, Any, Any, Any, Any]:
    """An Application as a host has it, before opchat."""
    base = config.telegram_api_url
    return ApplicationBuilder().token(str(config.bot_token)).base_url(f"{base}/bot").build()


def test_without_a_token_there_is_no_bot(config: Config) -> None:
    """The message names the variable."""
    with pytest.raises(ConfigError, match="OPERATOR_BOT_TOKEN"):
        build_application(evolve(config, bot_token=None))


def test_an_application_that_runs_itself_stores_what_it_gets(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """`process_update` is all that a host needs to call."""
    simulator.user(42, "Anna")

    async def work() -> None:
        application = build_application(config)
        async with application:
            await application.process_update(Update.de_json(update(text="Hello"), application.bot))
            start = update(2, text="/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
            await application.process_update(Update.de_json(start, application.bot))
        assert application.post_shutdown is not None
        await application.post_shutdown(application)

    asyncio.run(work())
    assert api.texts() == ["Hello", "/start"]
    assert [message.text for message in simulator.sent(42)] == [start_text("ru")]


def test_an_existing_application_keeps_its_own_handlers(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Opchat stores every message first; the host's handlers see it as before."""
    simulator.user(42, "Anna")
    seen: list[str] = []

    async def mine(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        seen.append(f"{update.message.text} after {api.texts()}")

    async def work() -> None:
        application = own_application(config)
        application.add_handler(MessageHandler(filters.TEXT, mine))
        add_handlers(application, config, greet=False)
        async with application:
            await application.process_update(Update.de_json(update(text="Hello"), application.bot))
        assert application.post_shutdown is not None
        await application.post_shutdown(application)

    asyncio.run(work())
    assert seen == ["Hello after ['Hello']"]


def test_a_press_is_stored_and_then_acknowledged(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """The user's phone stops waiting, and the operator reads what stood on the button; so with a reaction."""
    simulator.user(42, "Anna")
    simulator.send_text(42, "Hello")
    said = ask(simulator, "opchat:1")
    application = build_application(config)
    poll_until(config, lambda: len(api.stored) == 1, application=application)
    simulator.press(42, said, "Yes")
    simulator.react(42, 1, "\N{THUMBS UP SIGN}")
    again = build_application(config)
    poll_until(config, lambda: bool(api.reactions) and bool(simulator.ledger("answerCallbackQuery")), application=again)
    assert api.texts() == ["Hello", "Yes"]
    assert api.stored[1]["messageType"] == "button"


def test_a_host_answers_its_own_buttons(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Of what the host's buttons say, opchat stores nothing and answers nothing; its own are its own here, too."""
    simulator.user(42, "Anna")
    simulator.send_text(42, "Hello")
    foreign, own = ask(simulator, "buy:7"), ask(simulator, "opchat:1")
    application = own_application(config)
    add_handlers(application, config, greet=False)
    simulator.press(42, foreign, "Yes")
    simulator.press(42, own, "Yes")
    poll_until(
        config,
        lambda: bool(simulator.ledger("answerCallbackQuery")),
        application=application,
        also=["callback_query"],
    )
    assert [(body["messageType"], body.get("payload")) for body in api.stored] == [
        ("text", None),
        ("button", {"data": "opchat:1"}),
    ]
    assert len(simulator.ledger("answerCallbackQuery")) == 1


def ask(simulator: Simulator, data: str) -> int:
    """Let the bot send a message with one button."""
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": data}]]}
    answer = Raw(simulator).result("sendMessage", chat_id=42, text="Sure?", reply_markup=keyboard)
    return int(answer["message_id"])


def test_a_hosts_application_under_the_safe_loop_stores_once(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """Joined and run by opchat's loop: one call a message, hooks run, and buttons reach only the host."""
    simulator.user(42, "Anna")
    seen: list[str] = []

    async def mine(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        seen.append(
            "button" if update.callback_query else str(update.effective_message and update.effective_message.text)
        )

    async def hook(_: object) -> None:
        seen.append("post_init")

    application = own_application(config)
    application.post_init = hook
    add_handlers(application, config, greet=False)
    from telegram.ext import TypeHandler

    application.add_handler(TypeHandler(Update, mine))
    simulator.send_text(42, "Hello")
    simulator.inject({"callback_query": {"id": "1", "from": ANNA, "chat_instance": "1", "data": "yes"}})
    poll_until(config, lambda: len(seen) == 3, application=application, also=["callback_query"])
    assert seen == ["post_init", "Hello", "button"]
    assert len(api.calls) == 1
    assert "callback_query" in simulator.ledger("getUpdates")[0].params["allowed_updates"]


def test_a_failing_or_hanging_handler_keeps_no_message_from_being_stored(
    simulator: Simulator, api: ApiStandIn, config: Config
) -> None:
    """The host's mistakes are the host's: messages behind it are stored all the same."""
    simulator.user(42, "Anna")
    entered = threading.Event()

    async def hanging(_: Update, __: ContextTypes.DEFAULT_TYPE) -> None:
        if entered.is_set():
            await asyncio.sleep(3)
        entered.set()
        raise RuntimeError("a mistake of the host's")

    application = own_application(config)
    application.add_handler(MessageHandler(filters.ALL, hanging))
    for number in range(5):
        simulator.send_text(42, str(number))
    poll_until(config, lambda: len(api.stored) == 5, application=application)
    assert entered.is_set()
    assert simulator.pending_updates() == 0


@pytest.mark.accident
def test_a_handler_gives_up_in_the_end_and_tells_all(
    api: ApiStandIn, config: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Under python-telegram-bot's own polling nothing can be kept for ever: the log gets the update."""
    monkeypatch.setattr("opchat_bot.application._PATIENCE", 0.2)
    api.script += [Answer(503, body={})] * 100

    async def work() -> None:
        application = build_application(config)
        async with application:
            await application.process_update(Update.de_json(update(text="Lost"), application.bot))
        assert application.post_shutdown is not None
        await application.post_shutdown(application)

    asyncio.run(work())
    [lost] = [record for record in caplog.records if record.message == "bot.update_lost"]
    assert "Lost" in lost.__dict__["update"]


@pytest.mark.parametrize(
    ("language", "russian"), [("ru", True), ("RU-ru", True), ("en", False), ("rue", False), (None, False)]
)
def test_greetings_speak_the_users_language(language: str | None, russian: bool) -> None:
    """Russian for Russians, English for everybody else."""
    for text in (start_text(language), help_text(language)):
        assert ("оператор" in text) is russian
