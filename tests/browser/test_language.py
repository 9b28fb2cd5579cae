"""The pages in English and in Russian."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.desk import Desk

    from opchat_core import OperatorChat


def test_a_russian_browser_gets_russian_with_its_plural_forms(desk: Desk, chat: OperatorChat) -> None:
    """One message, two, five and twenty-one are four different forms."""
    for user, count in enumerate((1, 2, 5, 21), start=1):
        for _ in range(count):
            chat.receive(user_id=user, text="Привет", first_name=f"Имя-{count}")
    page = desk.visitor(language="ru-RU")
    page.goto("/login")
    expect(page.get_by_role("button", name="Войти")).to_be_visible()
    desk.sign_in(page, "Olga")
    expect(page.get_by_role("link", name=re.compile(r"^Имя-1\s"))).to_contain_text("1 непрочитанное сообщение")
    expect(page.get_by_role("link", name=re.compile(r"^Имя-21\s"))).to_contain_text("21 непрочитанное сообщение")
    expect(page.get_by_role("link", name=re.compile(r"^Имя-2\s"))).to_contain_text("2 непрочитанных сообщения")
    expect(page.get_by_role("link", name=re.compile(r"^Имя-5\s"))).to_contain_text("5 непрочитанных сообщений")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_the_switch_changes_the_language_and_stays_in_the_chat(desk: Desk, anna: int) -> None:
    """What was chosen is remembered, whatever the browser prefers."""
    page = desk.operator(language="ru-RU")
    page.get_by_role("link", name="Анна").click()
    expect(page.get_by_role("button", name="Закрыть чат")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Close chat")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/dashboard/users/{anna}/operator-chat$"))
    page.goto("/dashboard/operator-chats")
    expect(page.get_by_role("button", name="Open 1")).to_be_visible()
