"""How often an endpoint asks the database: a number that no later change should raise unnoticed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import INGEST_TOKEN, Client, bearer

from opchat_core.postgres import Database

if TYPE_CHECKING:
    from collections.abc import Callable

PROOF = bearer(INGEST_TOKEN)
LIST = "/api/operator-chats?status=open"
CHAT = "/api/users/42/operator-chat"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries of this test, as they are made."""
    queries: list[str] = []
    for name in ("fetch", "fetch_within", "execute"):

        def ask(original: Callable[..., Any], database: Database, sql: bytes, *args: Any) -> Any:
            queries.append(str(sql))
            return original(database, sql, *args)

        counted = partial(ask, getattr(Database, name))
        monkeypatch.setattr(Database, name, lambda *args, counted=counted: counted(*args))
    return queries


def test_endpoints_ask_no_more_than_they_must(
    client: Client, operator: dict[str, str], anna: int, asked: list[str]
) -> None:
    """Who is asking is one query; what is asked is one or two; nothing new is one."""

    def count(call: Callable[[], Any], status: int) -> int:
        asked.clear()
        assert call().status_code == status
        return sum("announce" not in query for query in asked)  # that is beside the request, in a thread of its own

    message = {"userId": anna, "messageText": "hi"}
    found = {
        "post a message": count(lambda: client.post("/api/chat-message", json=message, headers=PROOF), 201),
        "post a message, unproven": count(lambda: client.post("/api/chat-message", json=message), 201),
        "read a page": count(lambda: client.get(f"{CHAT}?limit=50", headers=operator), 200),
        "read what changed": count(lambda: client.get(f"{CHAT}?after=1", headers=operator), 200),
        "list": count(lambda: client.get(LIST, headers=operator), 200),
        "search": count(lambda: client.get(f"{LIST}&search=anna", headers=operator), 200),
        "mark read": count(lambda: client.post(f"{CHAT}/read", json={"seq": 1}, headers=operator), 200),
    }
    assert found == {
        "post a message": 1,
        "post a message, unproven": 2,
        "read a page": 3,
        "read what changed": 3,
        "list": 4,
        "search": 3,
        "mark read": 3,
    }
    for path in (LIST, f"{CHAT}?limit=50"):
        known = {"If-None-Match": client.get(path, headers=operator).headers["ETag"]}
        assert count(partial(client.get, path, headers=operator | known), 304) == 2
