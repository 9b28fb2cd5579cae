"""Who did what: remembered for every way to do it, with no word of what was said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from tests.flask.conftest import OWN_ORIGIN, PASSWORD, Client, problem_of

from opchat_core.errors import InvalidInput, OperatorNotFound
from opchat_core.model import Role

if TYPE_CHECKING:
    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

CHAT = "/api/users/42/operator-chat"
IN_THE_WRONG_FIELD = "a password that was typed for a name"


def _told(chat: OperatorChat) -> list[tuple[str | None, str, str | None]]:
    return [(record.actor, record.action.value, record.subject) for record in reversed(chat.audit())]


def test_what_an_operator_does_is_remembered(
    client: Client, operator: dict[str, str], anna: int, chat: OperatorChat, simulator: Simulator
) -> None:
    """An answer, a retry, a word about one in doubt, a closed chat: once each, in their name."""
    before = len(chat.audit())
    body = {"messageText": "a secret recipe", "clientMessageId": "key"}
    simulator.fail("sendMessage", "forbidden")
    for _ in range(2):  # the second time it is known already
        assert client.post(CHAT, json=body, headers=operator).status_code in {200, 201}
    assert client.post(f"{CHAT}/2/retry", headers=operator).status_code == 200
    assert client.post(f"{CHAT}/2/retry", headers=operator).status_code == 409
    assert client.patch("/api/operator-chats", json={"userId": 42, "status": "closed"}, headers=operator)
    assert client.patch("/api/operator-chats", json={"userId": 43, "status": "closed"}, headers=operator)
    assert _told(chat)[before:] == [
        ("Olga", "send", "message:operator/42/2"),
        ("Olga", "retry", "message:operator/42/2"),
        ("Olga", "status", "chat:operator/42"),
    ]
    assert "recipe" not in str(chat.audit())


def test_logins_are_remembered(client: Client, operator: dict[str, str], chat: OperatorChat) -> None:
    """Good ones, bad ones, and their end; what was typed for a name may be a password, and is not kept."""
    before = len(chat.audit())
    for name, password in (("Olga", "wrong"), (IN_THE_WRONG_FIELD, "wrong"), ("Olga", PASSWORD)):
        client.post("/login", data={"name": name, "password": password}, headers=OWN_ORIGIN)
    client.post("/logout", headers=OWN_ORIGIN)
    client.post("/logout", headers=OWN_ORIGIN)
    assert _told(chat)[before:] == [
        (None, "login_failed", "operator:Olga"),
        (None, "login_failed", None),
        ("Olga", "login", "operator:Olga"),
        ("Olga", "logout", "operator:Olga"),
    ]
    assert IN_THE_WRONG_FIELD not in str(chat.audit())


def test_changes_of_people_and_tokens_are_remembered(chat: OperatorChat) -> None:
    """Also those of a library that names nobody; what fails is not."""
    chat.operators.add("anna", by="os:root")
    token = chat.operators.issue_token("anna", by="os:root")
    chat.operators.revoke_token("anna", token.token_id, by="os:root")
    chat.operators.set_role("anna", Role.ADMIN)
    chat.operators.set_password("anna", "hash")
    chat.operators.disable("anna")
    chat.operators.remove("anna")
    with pytest.raises(OperatorNotFound):
        chat.operators.disable("anna")
    with pytest.raises(InvalidInput):
        chat.operators.add(" ")
    assert token.secret not in str(chat.audit())
    assert _told(chat) == [
        ("os:root", "operator_add", "operator:anna"),
        ("os:root", "token_issue", f"token:anna/{token.token_id}"),
        ("os:root", "token_revoke", f"token:anna/{token.token_id}"),
        (None, "operator_role", "operator:anna"),
        (None, "operator_password", "operator:anna"),
        (None, "operator_disable", "operator:anna"),
        (None, "operator_remove", "operator:anna"),
    ]


def test_exports_and_erasures_are_remembered(chat: OperatorChat, anna: int) -> None:
    """For each chat of the user, and also after the user is gone."""
    chat.receive(user_id=42, text="hi", bot_type="shop")
    list(chat.export(42, operator="os:root"))
    chat.forget(42, operator="os:root")
    assert _told(chat) == [
        ("os:root", "export", "chat:operator/erased"),
        ("os:root", "forget", "chat:operator/42"),
        ("os:root", "forget", "chat:shop/42"),
    ]


def test_an_erased_user_is_in_no_record_but_that_of_the_erasure(
    client: Client, operator: dict[str, str], anna: int, chat: OperatorChat
) -> None:
    """That somebody was answered is still there, whom is not; the erasure has to be shown, and done after a restore."""
    chat.receive(user_id=420, text="hi")
    for user_id in (42, 420):
        answered: Any = client.post(CHAT.replace("42", str(user_id)), json={"messageText": "hello"}, headers=operator)
        assert answered.status_code == 201
    list(chat.export(42, operator="os:root"))
    before = len(chat.audit())
    chat.forget(42, operator="os:root")
    assert _told(chat)[before - 3 :] == [
        ("Olga", "send", "message:operator/erased/2"),
        ("Olga", "send", "message:operator/420/2"),
        ("os:root", "export", "chat:operator/erased"),
        ("os:root", "forget", "chat:operator/42"),
    ]


def test_answers_that_were_sent_elsewhere_are_remembered(
    client: Client, operator: dict[str, str], bot: dict[str, str], anna: int, chat: OperatorChat
) -> None:
    """In the name of the operator whose token said so, once; what users write is not in this log."""
    before = len(chat.audit())
    message = {"userId": 42, "messageText": "I called her", "direction": "out", "telegramMessageId": 99}
    calls: list[tuple[dict[str, str], dict[str, Any]]] = [
        (operator, {}),
        (operator, {}),
        (bot, {"telegramMessageId": 100}),
        (bot, {"direction": "in"}),
    ]
    for headers, fields in calls:
        posted: Any = client.post("/api/chat-message", json={**message, **fields}, headers=headers)
        assert posted.status_code in {200, 201}
    assert _told(chat)[before:] == [
        ("Olga", "record", "message:operator/42/2"),
        (None, "record", "message:operator/42/3"),
    ]


def test_old_records_can_be_deleted_and_that_is_remembered(chat: OperatorChat) -> None:
    """Nobody can shorten the log unseen."""
    chat.operators.add("anna")
    assert chat.prune_audit(older_than=timedelta(0), operator="os:root") == 1
    assert _told(chat) == [("os:root", "prune", "audit")]


def test_nothing_happens_that_cannot_be_remembered(
    client: Client, operator: dict[str, str], anna: int, chat: OperatorChat, simulator: Simulator
) -> None:
    """A log that cannot be written stops what it is to remember: no answer leaves, no chat closes, nobody gets in."""
    with psycopg.connect(chat.config.database_url or "", autocommit=True) as connection:
        connection.execute("ALTER TABLE opchat.audit_log RENAME TO away")
        try:
            problem_of(client.post(CHAT, json={"messageText": "hello"}, headers=operator), 503, "schema_outdated")
            closing: Any = client.patch(
                "/api/operator-chats", json={"userId": 42, "status": "closed"}, headers=operator
            )
            problem_of(closing, 503, "schema_outdated")
            login = client.post("/login", data={"name": "Olga", "password": PASSWORD}, headers=OWN_ORIGIN)
            assert (login.status_code, "Set-Cookie" in login.headers) == (503, False)
        finally:
            connection.execute("ALTER TABLE opchat.away RENAME TO audit_log")
    assert len(chat.history(42)) == 1
    assert chat.chat(42).status == "open"
    assert simulator.sent(42) == []
