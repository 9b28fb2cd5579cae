"""Every state of the dashboard, checked by axe-core against WCAG 2.2 AA and its own good practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.desk import PHONE
from tests.browser.scenes import SCENES, afternoon, populate

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_keeps_anybody_out(desk: Desk, chat: OperatorChat, simulator: Simulator, scene: str) -> None:
    """Names, roles, contrast: in light on a wide screen, and in dark on a phone."""
    populate(chat, simulator, afternoon())
    page = desk.operator()
    SCENES[scene](desk, page)
    page.emulate_media(reduced_motion="reduce")
    assert _violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert _violations(page) == []


def test_neither_does_the_login(desk: Desk) -> None:
    """The same for the only page without an operator."""
    page = desk.visitor()
    page.goto("/login")
    assert _violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert _violations(page) == []


def _violations(page: Page) -> list[tuple[str, str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found]
