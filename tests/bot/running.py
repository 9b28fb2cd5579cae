"""The whole bot in a thread, with its end guaranteed."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opchat_bot import run

if TYPE_CHECKING:
    from collections.abc import Iterator

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
