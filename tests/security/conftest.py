"""The app of the HTTP tests, in the hands of those who mean no good."""

from __future__ import annotations

from tests.flask.conftest import anna, app, bot, browser, chat, client, config, operator, stored

__all__ = ["anna", "app", "bot", "browser", "chat", "client", "config", "operator", "stored"]
