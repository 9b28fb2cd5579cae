"""A running installation, and operators at their browsers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.ports import free_port

from opchat_flask import hash_password, session_secret, sign_in_ticket
from opchat_flask.serving import TARGET

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright
    from tests.support.processes import Processes, RunningProcess

    from opchat_core import Config, OperatorChat
    from opchat_core.testing.simulator import Simulator

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery staple"
WIDE = (1280, 800)
PATIENCE = 20_000  # milliseconds: how long a busy machine may take; nothing waits longer than it must
PHONE = (390, 844)


class Site:
    """An installation that can be stopped and started again at the same address.

    Attributes:
        url: Where opchat is on it.
    """

    def __init__(self, processes: Processes, config: Config, *, target: str = TARGET, prefix: str = "") -> None:
        self._processes = processes
        self._target = target
        self._port = free_port()
        self._running: RunningProcess | None = None
        self.config = config
        self.url = f"http://127.0.0.1:{self._port}{prefix}"

    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers."""
        if self._running:
            return
        code = f"from opchat_flask.serving import serve; serve(port={self._port}, target={self._target!r})"
        environment = {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": str(self.config.database_url),
            "TELEGRAM_API_URL": self.config.telegram_api_url,
            "OPCHAT_SECRET_KEY": str(self.config.secret_key),
            **({"OPERATOR_BOT_TOKEN": self.config.bot_token} if self.config.bot_token else {}),
        }
        self._running = self._processes.python("-c", code, environment=environment)
        self._running.wait_for_url(f"{self.url}/healthz")

    def stop(self) -> None:
        """Stop it as a supervisor would."""
        assert self._running
        self._running.terminate()
        self._running = None


class Desk:
    """Operators at their browsers.

    A page that complains on its console, or breaks its own security policy, fails the test at the end.

    Args:
        browser: Chromium.
        site: The installation.
        chat: The core over its database, to arrange and to look.
        simulator: The Telegram of its users.
    """

    def __init__(self, browser: Browser, site: Site, chat: OperatorChat, simulator: Simulator) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.site = site
        self.chat = chat
        self.simulator = simulator
        self.complaints: list[str] = []

    def visitor(self, size: tuple[int, int] = WIDE, language: str = "en") -> Page:
        """Somebody who is not logged in, with an empty browser."""
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=size == PHONE,
            locale=language,
            base_url=self.site.url,
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def operator(self, name: str = "Olga", size: tuple[int, int] = WIDE, language: str = "en") -> Page:
        """An operator in front of the list, logged in by a sign-in link."""
        page = self.visitor(size, language)
        self.sign_in(page, name)
        return page

    def sign_in(self, page: Page, name: str) -> None:
        """Log an operator in by a sign-in link."""
        operators = self.chat.operators
        operator = operators.find(name) or operators.add(name, hash_password(PASSWORD))
        page.goto(
            f"{self.site.url}/login?ticket={sign_in_ticket(session_secret(self.chat, self.site.config), operator)}"
        )
        page.wait_for_url("**/dashboard/operator-chats")

    def leave(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()

    def close(self) -> None:
        """Close all browsers, and fail if a page complained."""
        self.leave()
        assert self.complaints == []

    def _listen(self, line: ConsoleMessage) -> None:
        # Chromium reports every request that was refused; what the page makes of it is the test.
        expected = "Failed to load resource" in line.text and re.search(
            "/api/|/login|/nothing", line.location.get("url", "")
        )
        if line.type in {"error", "warning"} and not expected and "net::ERR_" not in line.text:
            self.complaints.append(line.text)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium."""
    return playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
