"""The simulator as one object: its life, the bots, the faults, the ledger and the users' side."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from .script import ScriptSide
from .server import SimulatorServer
from .state import DEFAULT_TOKEN, State
from .user_side import UserSide
from .webhooks import WebhookCourier

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


def _now() -> datetime:
    return datetime.now(UTC)


class Simulator(UserSide, ScriptSide):
    """A Telegram Bot API server on loopback, with the users' phones.

    In a test:

        with Simulator() as sim:
            anna = sim.user(first_name="Anna")
            sim.send_text(anna.id, "Where is my order?")
            ...  # a bot with `sim.token` and the API address `sim.url` answers
            sim.wait_until(lambda: sim.sent(anna.id))

    On the command line: `Simulator(port=8081).serve_forever()`.

    What concerns a chat goes to the first bot, the one of `token`, unless `bot=` gives another bot's id.

    Args:
        port: 0 takes a free one.
        token: Of the first bot.
        accept_any_token: Whether every well-formed token opens a bot of its own; else an unknown one gets 401.
        clock: The present, aware. Dates, the 24 hours of updates and the 48 of messages go by it; pauses and timeouts
            go by real time.
        webhook_pause: Half of the first pause, in seconds, between attempts of a webhook; the pauses then double.

    Raises:
        ValueError: The token is malformed.
        OSError: The port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        token: str = DEFAULT_TOKEN,
        accept_any_token: bool = False,
        clock: Callable[[], datetime] = _now,
        webhook_pause: float = 1.0,
    ) -> None:
        self.token = token
        self.state = State(clock, accept_any_token=accept_any_token)
        self.state.add_bot(token)
        self._courier = WebhookCourier(self.state, pause=webhook_pause)
        self._server = SimulatorServer(self, port)
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address for `TELEGRAM_API_URL`, without a slash at the end; the page is there, too."""
        return f"http://127.0.0.1:{self.port}"

    # Its life

    def start(self) -> None:
        """Serve in the background."""
        self._courier.start()
        self._thread.start()

    def stop(self) -> None:
        """End all waiting calls, close all connections, and return when every thread has ended."""
        self._server.shutdown()
        self._thread.join()
        self._end()

    def shutdown(self) -> None:
        """Let `serve_forever` return; called from another thread."""
        self._server.shutdown()

    def serve_forever(self) -> None:
        """Serve in this thread until `shutdown` or an exception (such as `KeyboardInterrupt`) ends it."""
        self._courier.start()
        try:
            self._serve()
        finally:
            self._end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _end(self) -> None:
        with self.state.changed:
            self.state.stopping = True
            self.state.touch()
        self._courier.stop()
        self._server.close()
        with self.state.changed:
            self.state.close_files()
