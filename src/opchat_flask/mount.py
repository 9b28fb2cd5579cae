"""What the views of one Flask app share: the chat behind them, the settings, and the host's own login."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Flask, Request, current_app, request

from opchat_core.model.health import BotHealth
from opchat_flask.streams import Streams
from opchat_flask.uploads import Uploads

if TYPE_CHECKING:
    from opchat_core.config import Config
    from opchat_core.model.health import BotReport, HealthWarning
    from opchat_core.service import OperatorChat

Authenticate = Callable[[Request], str | None]
"""The host's own login: tells the operator's name by a request, or None for nobody."""

EXTENSION = "opchat"
"""Under which name Flask's ``app.extensions`` knows the mount."""


class Mount:
    """opchat, mounted in a Flask app.

    Args:
        chat: What the endpoints act on.
        config: Settings of the installation.
        url_prefix: What every path begins with; empty or ``/like/this``.
        authenticate: The host's own login instead of opchat's pages.
        login_url: Where that is.
        streams: How many event streams this process serves at once.
    """

    def __init__(
        self,
        chat: OperatorChat,
        config: Config,
        *,
        url_prefix: str = "",
        authenticate: Authenticate | None = None,
        login_url: str | None = None,
        streams: Streams | None = None,
    ) -> None:
        self.chat = chat
        self.config = config
        self.url_prefix = url_prefix
        self.authenticate = authenticate
        self._login_url = login_url
        self.streams = streams or Streams()
        self.uploads = Uploads()
        self._report: tuple[datetime, BotReport] | None = None

    @cached_property
    def secret(self) -> str:
        """What signs sessions; read when first needed, so that an app can be made while the database is away."""
        return session_secret(self.chat, self.config)

    def keep_report(self, report: BotReport | None) -> None:
        """Remember what the bot said of itself and could not be stored; None forgets it."""
        self._report = None if report is None else (datetime.now(UTC), report)

    def kept_warnings(self) -> tuple[HealthWarning, ...]:
        """What follows from the report that is remembered, while the store cannot say more."""
        if self._report is None:
            return ()
        seen_at, report = self._report
        kept = BotHealth(as_of=datetime.now(UTC), seen_at=seen_at, oldest_unsaved_at=report.oldest_unsaved_at)
        return kept.warnings()

    def url(self, path: str) -> str:
        """Write the address of one of opchat's paths, wherever host and server have mounted it."""
        return f"{request.script_root}{self.url_prefix}{path}"

    def login_url(self) -> str | None:
        """Tell where operators log in; None when the host has not said where its own login is."""
        return self.url("/login") if self.authenticate is None else self._login_url

    def is_api(self, path: str) -> bool:
        """Whether programs, not people, ask for this path."""
        own = path.removeprefix(self.url_prefix)
        return own.startswith("/api/") or own in {"/healthz", "/readyz", "/metrics"}


def session_secret(chat: OperatorChat, config: Config) -> str:
    """Read the secret that signs sessions: the configured one, else the one that all processes share."""
    return config.secret_key or chat.operators.shared_secret("session_key")


def mount_of(app: Flask) -> Mount:
    """Find what :func:`opchat_flask.init_app` mounted in an app."""
    mount = app.extensions[EXTENSION]
    assert isinstance(mount, Mount)  # noqa: S101 - nothing else registers under this name
    return mount


def current_mount() -> Mount:
    """The mount of the app that handles the current request."""
    return mount_of(current_app)


def current_chat() -> OperatorChat:
    """The chat behind the app that handles the current request."""
    return current_mount().chat
