"""Runs the bot until it is told to stop: by polling, or behind a webhook."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from telegram.error import BadRequest

from opchat_bot.api_client import ApiClient
from opchat_bot.application import AnyApplication, build_application
from opchat_bot.convert import allowed_updates
from opchat_bot.intake import Intake
from opchat_bot.patience import Pauses, patiently
from opchat_bot.polling import Poller
from opchat_bot.reporter import Reporter
from opchat_bot.unsaved import Unsaved
from opchat_bot.webhook import Webhook, webhook_secret
from opchat_core.config import Config
from opchat_core.errors import ConfigError
from opchat_core.model.health import BotMode

_log = logging.getLogger(__name__)

LISTEN = ("127.0.0.1", 8443)
"""Where webhook mode listens, for the proxy that ends TLS in front of it."""

# Told to stop, ten seconds are all there is: what has been fetched is stored first, then handlers may finish.
_GRACE = 7.0
_HANDLERS_GRACE = 2.0
_LOOK = 0.1  # seconds between looks at a stop that another thread may set
_MAX_CONNECTIONS = 100  # Telegram opens at most as many to one webhook


def run(
    config: Config,
    *,
    application: AnyApplication | None = None,
    also: Sequence[str] = (),
    webhook: str | None = None,
    listen: tuple[str, int] = LISTEN,
    stop: threading.Event | None = None,
) -> None:
    """Run the bot until stopped; in the main thread, SIGINT and SIGTERM stop it as well.

    After that it starts nothing new, and finishes what it holds within ten seconds.

    Args:
        config: The installation; needs a bot token.
        application: See :func:`run_polling`.
        also: See :func:`run_polling`.
        webhook: The public address that Telegram shall send updates to; None for polling.
        listen: Host and port to take a webhook's requests at.
        stop: Stops it when set, from any thread.

    Raises:
        ConfigError: If the token is missing, or refused by Telegram, or the webhook is no address for Telegram.
    """
    ended = asyncio.Event()
    if webhook is None:
        work = run_polling(config, stop=ended, application=application, also=also)
    else:
        work = run_webhook(config, webhook, stop=ended, listen=listen, application=application, also=also)
    asyncio.run(_until_told(work, ended, outside=stop))


async def _until_told(work: Coroutine[Any, Any, None], stop: asyncio.Event, *, outside: threading.Event | None) -> None:
    watch = asyncio.create_task(_mirror(outside, stop)) if outside is not None else None
    with _signals(stop.set):
        try:
            await work
        finally:
            if watch is not None:
                watch.cancel()


async def run_polling(
    config: Config,
    *,
    stop: asyncio.Event,
    application: AnyApplication | None = None,
    also: Sequence[str] = (),
    pauses: Pauses | None = None,
) -> None:
    """Fetch updates, have each stored, then hand it to the Application's handlers.

    Args:
        config: The installation.
        stop: Stops it when set.
        application: An Application of one's own with its handlers; None for the one of :func:`build_application`.
        also: Kinds of updates that its handlers want besides messages, ``callback_query`` for instance; these are not
            stored, except for the buttons that opchat has sent.
        pauses: Between tries while Telegram or the API is away.

    Raises:
        ConfigError: If the token is missing or refused by Telegram.
    """
    pauses = pauses or Pauses()

    async def poll(running: AnyApplication, api: ApiClient) -> None:
        await patiently(running.bot.delete_webhook, stop, pauses)  # while one is set, polling is refused
        _log.info("bot.polling", extra={"bot": running.bot.username})
        unsaved = Unsaved()
        intake = Intake(api, running, foreign_kinds=also, unsaved=unsaved)
        reporter = Reporter(running.bot, api, unsaved, BotMode.POLLING)
        poller = Poller(running.bot, intake, stop, also=also, pauses=pauses, on_conflict=reporter.conflict)
        async with reporter.running():
            await _until_stopped(poller.run(), stop)

    await _with_application(config, application, stop, pauses, poll)


async def run_webhook(
    config: Config,
    url: str,
    *,
    stop: asyncio.Event,
    listen: tuple[str, int] = LISTEN,
    application: AnyApplication | None = None,
    also: Sequence[str] = (),
    pauses: Pauses | None = None,
) -> None:
    """Let Telegram send updates to an address, and take them in there; see :func:`run_polling`.

    The webhook stays set at the end, so that Telegram keeps what comes until the next start.

    Args:
        config: The installation.
        url: The public address; its path is where updates are taken.
        stop: Stops it when set.
        listen: Host and port to listen at; a proxy that ends TLS stands before it.
        application: See :func:`run_polling`.
        also: See :func:`run_polling`.
        pauses: Between tries while Telegram or the API is away.

    Raises:
        ConfigError: If the token is missing or refused by Telegram, or the port is taken.
    """
    pauses = pauses or Pauses()

    async def serve(running: AnyApplication, api: ApiClient) -> None:
        secret = webhook_secret(running.bot.token)
        unsaved = Unsaved()
        intake = Intake(api, running, foreign_kinds=also, unsaved=unsaved)
        app = Webhook(intake, secret, path=urlsplit(url).path or "/")
        server = _Server(app)
        serving = asyncio.create_task(server.serve([listening]))

        async def set_webhook() -> None:
            try:
                await running.bot.set_webhook(url, secret_token=secret, allowed_updates=allowed_updates(also))
            except BadRequest as error:
                raise ConfigError(f"the webhook's address does not suit Telegram: {error}") from None

        try:
            await patiently(set_webhook, stop, pauses)
            _log.info("bot.webhook", extra={"bot": running.bot.username, "url": url})
            async with Reporter(running.bot, api, unsaved, BotMode.WEBHOOK).running():
                await stop.wait()
        finally:
            server.should_exit = True
            await serving

    with _listen(listen) as listening:
        await _with_application(config, application, stop, pauses, serve)


class _Server(uvicorn.Server):
    """uvicorn inside a program that looks after signals and logging by itself."""

    def __init__(self, app: Webhook) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=2 * _MAX_CONNECTIONS,
                timeout_graceful_shutdown=int(_GRACE),
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def _listen(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        return socket.create_server(address, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ConfigError(f"the webhook cannot listen at {host} port {port}: {error.strerror}") from error


async def _with_application(
    config: Config,
    application: AnyApplication | None,
    stop: asyncio.Event,
    pauses: Pauses,
    work: Callable[[AnyApplication, ApiClient], Coroutine[Any, Any, None]],
) -> None:
    """Do the work with an Application whose handlers run; wait for Telegram where it is away; tidy up at the end."""
    async with ApiClient.from_config(config, pauses=pauses) as api:
        running = application or build_application(config, api=api)
        try:
            await patiently(running.initialize, stop, pauses)
            if stop.is_set():
                return
            if running.post_init is not None:
                await running.post_init(running)
            await running.start()
            try:
                await work(running, api)
            finally:
                await _stop_handlers(running)
        finally:
            await running.shutdown()
            await running.bot.shutdown()  # where only half of the beginning succeeded
            if running.post_shutdown is not None:
                await running.post_shutdown(running)


async def _stop_handlers(application: AnyApplication) -> None:
    """Let handlers finish what they have; what they got is stored in any case."""
    try:
        async with asyncio.timeout(_HANDLERS_GRACE):
            await application.stop()
    except TimeoutError:
        _log.warning("bot.handlers_cut", extra={"waiting": application.update_queue.qsize()})
    if application.post_stop is not None:
        await application.post_stop(application)


async def _until_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Await work that looks at ``stop`` by itself, and cut it when it does not end within the grace."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await asyncio.wait({working}, timeout=_GRACE)
        if working.done():
            working.result()
        else:
            _log.warning("bot.batch_left_to_telegram")  # its offset was not moved, so it comes again
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _mirror(outside: threading.Event, stop: asyncio.Event) -> None:
    """Set the loop's event when a thread has set its own."""
    while not outside.is_set():  # noqa: ASYNC110 - an event of another kind cannot be awaited
        await asyncio.sleep(_LOOK)
    stop.set()


@contextlib.contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Take SIGINT and SIGTERM as the wish to stop, where that is this thread's business."""
    ours = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    loop = asyncio.get_running_loop()
    for number in ours:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in ours:
            loop.remove_signal_handler(number)
