"""How the bot hands something to the API, whatever state the API is in."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest
from tests.bot.api_stand_in import Answer, ApiStandIn
from tests.support.ports import free_port

from opchat_bot.api_client import ApiClient, Refusal, Taken
from opchat_bot.convert import ApiCall
from opchat_bot.patience import Pauses

if TYPE_CHECKING:
    from collections.abc import Sequence

CALL = ApiCall("/api/chat-message", {"userId": 42, "messageText": "Hello", "telegramMessageId": 1})
QUICK = Pauses(0.01, 0.05)


def hand_in(urls: Sequence[str], *, call: ApiCall = CALL, times: int = 1) -> Taken | Refusal:
    """Hand the same thing in some times; the last result."""

    async def work() -> Taken | Refusal:
        async with ApiClient(urls, token="ingest-secret", pauses=QUICK) as client:
            for _ in range(times - 1):
                await client.hand_in(call)
            return await client.hand_in(call)

    return asyncio.run(asyncio.wait_for(work(), 20))


def free_url() -> str:
    """An address at which nothing listens."""
    return f"http://127.0.0.1:{free_port()}"


def test_a_message_is_stored_with_the_proof_of_who_brings_it(api: ApiStandIn) -> None:
    """The ingest token goes along as a bearer token."""
    assert hand_in([api.url]) == Taken()
    assert api.calls == [("/api/chat-message", dict(CALL.body), "ingest-secret")]


def test_what_the_api_has_had_before_is_known(api: ApiStandIn) -> None:
    """The second time is told from the first."""
    assert hand_in([api.url], times=2) == Taken(known=True)
    assert len(api.stored) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500, body={"status": 500}),
        Answer(502, body="<html>Bad gateway</html>"),
        Answer(503, (("Retry-After", "0"),), {"status": 503}),
        Answer(429, (("Retry-After", "0"),), {"status": 429}),
        Answer(401, body={"status": 401, "code": "unauthenticated"}),
        Answer(404, body="<html>Not here</html>"),
        Answer(200, body="<html>Welcome</html>"),
        Answer(0),
    ],
    ids=lambda fault: str(fault.status),
)
@pytest.mark.accident
def test_whatever_may_pass_is_tried_again(api: ApiStandIn, fault: Answer) -> None:
    """A server in trouble, a wrong token, somebody else's page, a cut connection: none of it loses the message."""
    api.script += [fault, fault, fault]
    assert hand_in([api.url]) == Taken()
    assert (len(api.calls), len(api.stored)) == (4, 1)


def test_retry_after_is_honoured(api: ApiStandIn) -> None:
    """The API asks for a second, and gets it."""

    async def work() -> float:
        async with ApiClient([api.url], pauses=QUICK) as client:
            begin = asyncio.get_running_loop().time()
            await client.hand_in(CALL)
            return asyncio.get_running_loop().time() - begin

    api.script += [Answer(429, (("Retry-After", "1"),), {"status": 429})]
    assert asyncio.run(work()) >= 1.0


def test_a_lost_answer_is_not_taken_for_an_earlier_life(api: ApiStandIn) -> None:
    """Stored by the first try, found there by the second: to this process it is news."""
    api.script += [Answer(0, stores=True)]
    assert hand_in([api.url]) == Taken(known=False)
    assert len(api.stored) == 1


@pytest.mark.parametrize("status", [400, 403, 413, 415, 422])
def test_a_refusal_is_final_and_says_why(api: ApiStandIn, status: int) -> None:
    """What can never be stored is not tried for ever."""
    api.script += [Answer(status, body={"status": status, "code": "no", "detail": "Never."})]
    assert hand_in([api.url]) == Refusal(status, "no", "Never.")


def test_a_block_by_somebody_unknown_is_nothing_to_wait_for(api: ApiStandIn) -> None:
    """The API knows no such user, and that is that."""
    api.script += [Answer(404, body={"status": 404, "code": "user_not_found"})]
    assert hand_in([api.url], call=ApiCall("/api/chat-member", {"userId": 1})) == Refusal(404, "user_not_found")


def test_every_address_is_tried_until_one_answers(api: ApiStandIn) -> None:
    """Nothing listens at the first address, and the second one is the API."""
    assert hand_in([free_url(), api.url]) == Taken()


def test_a_stranger_at_a_guessed_address_is_passed_by(api: ApiStandIn) -> None:
    """Another program's page at port 3001 does not keep the bot from the API at port 3000."""
    with ApiStandIn() as stranger:
        stranger.script += [Answer(status, body="<html>Hi</html>") for status in (404, 403, 200)]
        assert hand_in([stranger.url, api.url]) == Taken()
        stranger.script[:] = [Answer(403, body="<html>Hi</html>")]
        assert hand_in([stranger.url, api.url]) == Taken(known=True)


def test_the_client_stays_with_who_answers_and_looks_again_when_it_goes_away(
    api: ApiStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """The second address answers, goes away, and the first one takes over; the log tells of it once each."""
    caplog.set_level(logging.INFO, "opchat_bot")
    first = free_url()

    async def work() -> None:
        async with ApiClient([first, second.url], pauses=QUICK) as client:
            await client.hand_in(CALL)
            await client.hand_in(CALL)
            second.stop()
            waiting = asyncio.create_task(client.hand_in(CALL))
            await asyncio.sleep(0.2)
            with ApiStandIn(int(first.rpartition(":")[2])) as late:
                await waiting
                assert len(late.stored) == 1

    with ApiStandIn() as second:
        asyncio.run(asyncio.wait_for(work(), 20))
    assert len(second.calls) == 2
    told = [record.message for record in caplog.records]
    assert (told[0], told[-1], told.count("bot.api_back")) == ("bot.api_away", "bot.api_back", 1)


def test_a_wrong_token_is_told_once_and_the_token_never(api: ApiStandIn, caplog: pytest.LogCaptureFixture) -> None:
    """The log says what is wrong, not at every try, and not by showing the secret."""
    caplog.set_level(logging.DEBUG)
    api.script += [Answer(401, body={"status": 401})] * 3
    hand_in([api.url])
    assert [record.message for record in caplog.records].count("bot.api_away") == 1
    assert "ingest-secret" not in caplog.text
