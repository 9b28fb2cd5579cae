"""The bot behind a webhook: 200 means stored."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from attrs import evolve
from tests.bot.api_stand_in import Answer, ApiStandIn
from tests.bot.running import running_bot
from tests.bot.updates import update
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_bot import ApiClient, Intake, Webhook, build_application, webhook_secret
from opchat_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from opchat_core.config import Config
    from opchat_core.testing.simulator import Simulator

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def address(config: Config, simulator: Simulator) -> Iterator[str]:
    """The address of a bot that waits for updates there."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    with running_bot(config, webhook=url, port=port):
        eventually(lambda: bool(simulator.ledger("setWebhook")))
        yield url


def test_what_telegram_sends_is_stored_in_order(simulator: Simulator, api: ApiStandIn, address: str) -> None:
    """Anna writes three messages and /start; all are stored, in order, and the greeting comes."""
    simulator.user(42, "Anna")
    for text in ("one", "two", "three", "/start"):
        simulator.send_text(42, text)
    simulator.wait_until(lambda: simulator.sent(42))
    assert api.texts() == ["one", "two", "three", "/start"]
    eventually(lambda: not simulator.pending_updates())  # the greeting left before Telegram had its answer


@pytest.mark.accident
def test_telegram_is_asked_to_come_again_while_the_api_is_away(
    simulator: Simulator, api: ApiStandIn, address: str
) -> None:
    """A fault of the API costs a little time and no message."""
    simulator.user(42, "Anna")
    api.script += [Answer(500, body={})] * 2
    simulator.send_text(42, "Hello")
    eventually(lambda: not simulator.pending_updates())
    assert api.texts() == ["Hello"]


def test_the_same_update_again_does_nothing_twice(
    simulator: Simulator, api: ApiStandIn, config: Config, address: str
) -> None:
    """Telegram did not see our answer and repeats: one message, one greeting."""
    simulator.user(42, "Anna")
    headers = {HEADER: webhook_secret(str(config.bot_token))}
    raw = update(text="/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
    for _ in range(3):
        answer = httpx.post(address, json=raw, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
    simulator.wait_until(lambda: simulator.sent(42))
    assert len(api.stored) == 1
    httpx.post(address, json=update(2, text="/help", entities=raw["message"]["entities"][:0]), headers=headers)
    assert len(simulator.sent(42)) == 1


@pytest.mark.parametrize(
    "headers", [{}, {HEADER: ""}, {HEADER: "guess"}, {HEADER: "\N{LATIN SMALL LETTER E WITH ACUTE}"}]
)
def test_a_stranger_without_the_secret_is_sent_away(api: ApiStandIn, address: str, headers: dict[str, str]) -> None:
    """Whoever does not know the secret stores nothing."""
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    assert httpx.post(address, json=update(), headers=raw).status_code == 403
    assert api.calls == []


def test_what_is_no_update_is_answered_in_kind(config: Config, api: ApiStandIn, address: str) -> None:
    """Another path, another method, no JSON, too much of it."""
    headers = {HEADER: webhook_secret(str(config.bot_token))}
    assert httpx.post(address + "/else", json={}, headers=headers).status_code == 404
    assert httpx.get(address, headers=headers).status_code == 405
    assert httpx.post(address, content=b"{", headers=headers).status_code == 400
    assert httpx.post(address, content=b"[" * 100_000, headers=headers).status_code == 400
    assert httpx.post(address, content=b" " * 2_000_000, headers=headers).status_code == 413
    assert api.calls == []


def test_an_update_of_any_shape_is_taken(config: Config, api: ApiStandIn, address: str) -> None:
    """Broken updates are kept or told in the log, and Telegram need not send them again."""
    headers = {HEADER: webhook_secret(str(config.bot_token))}
    shapes: list[object] = [[], 5, {"update_id": 1}, update(text=["broken"])]
    for raw in shapes:
        assert httpx.post(address, json=raw, headers=headers).status_code == 200
    assert [body["messageType"] for body in api.stored] == ["unsupported"]


def with_webhook(config: Config, work: Callable[[Webhook], Coroutine[object, object, None]]) -> None:
    """Use the receiving end as a host would that serves it by itself."""

    async def run() -> None:
        async with ApiClient.from_config(config) as client:
            application = build_application(config, api=client)
            await work(Webhook(Intake(client, application), "secret", patience=0.3))

    asyncio.run(run())


def test_503_when_the_api_stays_away(config: Config) -> None:
    """After some seconds Telegram is asked to come again, and nothing is said to be stored."""

    async def work(webhook: Webhook) -> None:
        body = b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 42, "type": "private"}}}'
        answer = await webhook.receive(body, b"secret")
        assert (answer.status, answer.retry_after) == (503, 1)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(webhook), base_url="http://bot") as client:
            response = await client.post("/anywhere", content=body, headers={HEADER: "secret"})
            assert (response.status_code, response.headers["Retry-After"]) == (503, "1")

    with_webhook(evolve(config, api_base_url="http://127.0.0.1:9"), work)


def test_a_host_may_serve_it_by_itself(config: Config, api: ApiStandIn) -> None:
    """Mounted in another ASGI application, it answers at whatever path it was given there."""

    async def work(webhook: Webhook) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(webhook), base_url="http://bot") as client:
            response = await client.post("/hooks/telegram", json=update(), headers={HEADER: "secret"})
            assert response.status_code == 200

    with_webhook(config, work)
    assert api.texts() == ["Hello"]


def test_a_body_that_never_ends_is_not_waited_for(
    config: Config, api: ApiStandIn, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that stalls is ended with 408; one that breaks off stores nothing."""
    monkeypatch.setattr("opchat_bot.webhook._BODY_TIMEOUT", 0.3)
    url = urlsplit(address)
    head = f"POST {url.path} HTTP/1.1\r\nHost: bot\r\n{HEADER}: {webhook_secret(str(config.bot_token))}\r\n"
    for stalls in (True, False):
        with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
            connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
            if stalls:
                assert connection.recv(100).startswith(b"HTTP/1.1 408")
    assert httpx.get(address).status_code == 405
    assert api.calls == []


def test_an_address_that_telegram_refuses_stops_the_bot(config: Config) -> None:
    """There is nothing to wait for."""
    with pytest.raises(ConfigError, match="address"), running_bot(config, webhook="http://shop.example/") as thread:
        thread.join(10)


def test_a_port_that_is_taken_stops_the_bot(config: Config, api: ApiStandIn) -> None:
    """The message names host and port."""
    with (
        pytest.raises(ConfigError, match=f"127.0.0.1 port {api.port}"),
        running_bot(config, webhook="http://127.0.0.1/", port=api.port) as thread,
    ):
        thread.join(10)


def test_polling_ends_a_webhook_and_loses_nothing(
    simulator: Simulator, api: ApiStandIn, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever goes back to polling gets what the webhook could not deliver."""
    caplog.set_level(logging.INFO, "opchat_bot")
    simulator.user(42, "Anna")
    port = free_port()
    with running_bot(config, webhook=f"http://127.0.0.1:{port}/", port=port):
        eventually(lambda: "bot.webhook" in [record.message for record in caplog.records])
    simulator.send_text(42, "while nobody was there")
    with running_bot(config):
        eventually(lambda: api.texts() == ["while nobody was there"])
