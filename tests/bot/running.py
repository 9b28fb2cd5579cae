"""The whole bot, with its end guaranteed."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support.deadline import eventually

from opchat_bot import run, run_polling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opchat_core.config import Config


@contextmanager
def running_bot(config: Config, *, webhook: str | None = None, port: int = 0) -> Iterator[threading.Thread]:
    """Run the bot until the block ends; what it raised is raised here."""
    stop = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            run(config, webhook=webhook, listen=("127.0.0.1", port), stop=stop)
        except BaseException as error:  # noqa: BLE001 - it is raised in the test's thread below
            raised.append(error)

    thread = threading.Thread(target=work, name="bot")
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive(), "the bot did not stop"
    if raised:
        raise raised[0]


def poll_until(config: Config, condition: Callable[[], bool], **options: Any) -> None:
    """Run the loop in this thread until the condition holds."""

    async def work() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(run_polling(config, stop=stop, **options))
        try:
            await asyncio.to_thread(eventually, condition)
        finally:
            stop.set()
            await running

    asyncio.run(work())
