"""The programs of docs/examples that bring a framework along, each with its own server or bot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.docs.test_examples import EXAMPLES, URL, here
from tests.support.deadline import eventually
from tests.support.ports import free_port

from opchat_core import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.processes import Processes

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator


@pytest.fixture
def chat(shop: Simulator) -> Iterator[OperatorChat]:
    """The chats of the shop, in which Anna has written."""
    with connect(URL) as chat:
        chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
        yield chat


def texts(chat: OperatorChat) -> list[str]:
    """What has been said in Anna's chat."""
    return [message.text for message in chat.history(42)]


def test_fastapi_answers_customers_and_shows_the_dashboard(
    chat: OperatorChat, shop: Simulator, processes: Processes
) -> None:
    """The shop's own endpoint sends, and under /support lies the API, prefix and login page included."""
    port = free_port()
    uvicorn = (sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--port", str(port), "fastapi_shop:app")
    server = processes.start(*uvicorn, environment=here())
    address = f"http://127.0.0.1:{port}"
    server.wait_for_url(f"{address}/support/readyz")

    assert httpx.post(f"{address}/orders/42/sent").json() == "sent"
    assert [message.text for message in shop.sent(42)] == ["Your order has left."]
    dashboard = httpx.get(f"{address}/support/dashboard/operator-chats")
    assert dashboard.headers["Location"].startswith("/support/login?next=/support/dashboard")
    chat.operators.add("olga")
    token = {"Authorization": f"Bearer {chat.operators.issue_token('olga').secret}"}
    assert httpx.get(f"{address}/support/api/operator-chats", headers=token).json()["counts"]["open"] == 1


def test_django_stores_with_its_own_transaction_and_lets_its_own_staff_in(
    chat: OperatorChat, processes: Processes
) -> None:
    """A complaint arrives by a view of Django's, and whoever has Django's session sees it."""
    port = free_port()
    granian = str(Path(sys.executable).with_name("granian"))
    arguments = ("--interface", "wsgi", "--port", str(port), "--working-dir", str(EXAMPLES), "django_shop:application")
    server = processes.start(granian, *arguments, environment=here(SHOP_SECRET="for this test"))
    address = f"http://127.0.0.1:{port}"
    assert server.wait_for_url(f"{address}/complain/42").text == "2"

    assert texts(chat) == ["Where is my order?", "My order is late."]
    with httpx.Client(base_url=address) as browser:
        assert browser.get("/support/api/operator-chats").status_code == 401
        browser.cookies["sessionid"] = session_of_django("olga", "for this test")
        assert browser.get("/support/api/operator-chats").json()["counts"]["open"] == 1


def session_of_django(staff: str, secret: str) -> str:
    """The cookie that a login of Django's would have set."""
    from django.core.signing import TimestampSigner

    salt = "django.contrib.sessions.backends.signed_cookies"
    return str(TimestampSigner(key=secret, salt=salt, fallback_keys=[]).sign_object({"staff": staff}, compress=True))


def test_bot_of_one_s_own_hands_everything_to_operators(
    chat: OperatorChat, shop: Simulator, processes: Processes
) -> None:
    """Anna asks the bot for a price, and people for more; the operators see both."""
    port = free_port()
    server = processes.opchat("serve", f"--port={port}", environment=here())
    server.wait_for_url(f"http://127.0.0.1:{port}/readyz")
    settings = here(API_BASE_URL=f"http://127.0.0.1:{port}")
    processes.python(str(EXAMPLES / "telegram_application.py"), environment=settings)

    shop.send_text(42, "/price")
    shop.send_text(42, "That is too much!")

    eventually(lambda: texts(chat)[1:] == ["/price", "That is too much!"], within=30, what="both are stored")
    eventually(lambda: [message.text for message in shop.sent(42)] == ["Ten euros."], what="the bot answers")


def test_aiogram_bot_needs_no_server(chat: OperatorChat, shop: Simulator, processes: Processes) -> None:
    """It stores what people are to answer straight in the database, and keeps its own commands for itself."""
    processes.python(str(EXAMPLES / "aiogram_bot.py"), environment=here())

    shop.send_text(42, "/price")
    shop.send_text(42, "That is too much!")

    eventually(lambda: texts(chat)[1:] == ["That is too much!"], within=30, what="the message is stored")
    eventually(lambda: [message.text for message in shop.sent(42)] == ["Ten euros."], what="the bot answers")
