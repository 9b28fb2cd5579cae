"""What the bot says of itself: that it is there, how far behind it is, and that another one is in its way."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.bot.api_stand_in import Answer, ApiStandIn
from tests.bot.running import running_bot
from tests.bot.updates import update
from tests.support.deadline import eventually

from opchat_bot import ApiClient, Intake, build_application
from opchat_bot.reporter import Reporter
from opchat_bot.unsaved import Unsaved, made_at
from opchat_core.model.health import BotMode
from opchat_core.model.wire import iso_time

if TYPE_CHECKING:
    from opchat_core.config import Config
    from opchat_core.testing.simulator import Simulator


def test_a_bot_reports_as_soon_as_it_polls(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """With the ingest token, so that nobody else can say it in its place."""
    simulator.user(42)
    with running_bot(config):
        eventually(lambda: bool(api.reports))
    report = api.reports[0]
    assert (report["botType"], report["mode"], report["conflict"]) == ("operator", "polling", False)
    assert (report["pendingUpdates"], report["oldestUnsavedAt"]) == (0, None)


def test_two_bots_say_that_they_are_two(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """Whichever is told by Telegram reports it at once."""
    with running_bot(config), running_bot(config):
        eventually(lambda: any(report["conflict"] for report in api.reports), within=20)


def test_a_bot_says_what_it_cannot_get_rid_of(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """The time at which the oldest such update was made, until it is stored; and the log says so, too."""
    caplog.set_level(logging.ERROR, "opchat_bot")
    written = int(time.time()) - 7200
    odd = update(1, text="Hello?")
    odd["message"]["date"] = written
    api.by_user[odd["message"]["from"]["id"]] = [Answer(503)] * 4

    async def work() -> None:
        unsaved = Unsaved()
        async with ApiClient.from_config(config) as client:
            application = build_application(config, api=client)
            intake = Intake(client, application, unsaved=unsaved)
            reporter = Reporter(application.bot, client, unsaved, BotMode.POLLING, every=0.05)
            async with application.bot, reporter.running():
                await intake.take_batch([odd])
                so_far = len(api.reports)
                await asyncio.to_thread(eventually, lambda: len(api.reports) > so_far + 1)

    asyncio.run(work())
    told = [report["oldestUnsavedAt"] for report in api.reports]
    assert iso_time(datetime.fromtimestamp(written, UTC)) in told
    assert told[-1] is None
    (behind, *_) = [record for record in caplog.records if record.getMessage() == "bot.behind"]
    assert 7200 <= vars(behind)["seconds"] < 7300


def test_a_report_that_is_not_taken_is_given_up(simulator: Simulator, api: ApiStandIn, config: Config) -> None:
    """An API that is away hinders no report for good, and what was to be told of a conflict is told later."""

    async def work() -> None:
        port = api.port
        api.stop()
        async with ApiClient.from_config(config) as client:
            application = build_application(config, api=client)
            reporter = Reporter(application.bot, client, Unsaved(), BotMode.WEBHOOK, every=0.05)
            reporter.conflict()
            async with application.bot, reporter.running():
                await asyncio.sleep(0.2)
                with ApiStandIn(port) as back:
                    await asyncio.to_thread(eventually, lambda: bool(back.reports))
                    assert (back.reports[0]["mode"], back.reports[0]["conflict"]) == ("webhook", True)

    asyncio.run(work())


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        ({"message": {"date": 1_700_000_000}}, 1_700_000_000),
        ({"edited_message": {"date": 1_600_000_000, "edit_date": 1_700_000_000}}, 1_700_000_000),
        ({"my_chat_member": {"date": 1_700_000_000}}, 1_700_000_000),
    ],
)
def test_an_update_tells_when_it_was_made(content: dict[str, Any], seconds: int) -> None:
    """An edit is as old as the edit."""
    assert made_at({"update_id": 1, **content}) == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize("moment", ["yesterday", True, 10**30, None])
def test_an_update_that_does_not_tell_was_made_now(moment: object) -> None:
    """Whatever stands there, it counts from when the bot got it."""
    assert datetime.now(UTC) - made_at({"message": {"date": moment}}) < timedelta(seconds=5)


def test_what_telegram_keeps_no_more_is_not_waited_for() -> None:
    """A webhook's update that is sent back for a day is lost, and the bot is not behind for good."""
    unsaved = Unsaved()
    now = int(time.time())
    unsaved.begin({"update_id": 1, "message": {"date": now - 90_000}})
    unsaved.begin({"update_id": 2, "message": {"date": now - 60}})
    unsaved.begin({"update_id": 2, "message": {"date": now - 60}})
    unsaved.begin("nothing that has a number")
    assert unsaved.oldest_made_at() == datetime.fromtimestamp(now - 60, UTC)
    unsaved.end({"update_id": 2})
    assert unsaved.oldest_made_at() is None
