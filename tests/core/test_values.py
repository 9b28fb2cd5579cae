"""Stored values: what cannot be built, cursors, the reopening rule, and the shapes of the contract."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from opchat_core.errors import InvalidInput
from opchat_core.model import (
    ApiToken,
    Chat,
    Cursor,
    Delivery,
    DeliveryError,
    DeliveryStatus,
    Media,
    Message,
    MessageKey,
    Operator,
    ReopenRule,
    User,
    chat_to_json,
    message_to_json,
)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def message(**fields: Any) -> Message:
    """A message of user 42, with whatever a test cares about."""
    defaults: dict[str, Any] = {
        "user_id": 42,
        "bot_type": "operator",
        "seq": 1,
        "direction": "in",
        "verified": True,
        "message_type": "text",
        "text": "hi",
        "created_at": NOON,
        "revision": 1,
    }
    return Message(**defaults | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"direction": "out"},
        {"direction": "in", "delivery": Delivery(DeliveryStatus.SENT)},
        {"direction": "sideways"},
        {"message_type": "smell"},
        {"seq": 0},
        {"user_id": 0},
        {"created_at": NOON.replace(tzinfo=None)},
    ],
)
def test_impossible_messages_cannot_be_built(fields: dict[str, Any]) -> None:
    """An answer has a delivery and nothing else has; seq counts from 1; times are aware."""
    with pytest.raises(ValueError):  # noqa: PT011 - which rule it is, the parameters say
        message(**fields)


def test_values_cannot_be_changed() -> None:
    """A message is a fact."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        message().text = "other"  # type: ignore[misc] # that is the point
    assert message(seq=7).key == MessageKey(42, "operator", 7)


def test_an_unread_count_is_not_negative() -> None:
    """A chat with less than nothing unread cannot be built."""
    with pytest.raises(ValueError, match="unread_count"):
        Chat(
            user=User(1),
            bot_type="operator",
            status="open",
            unread_count=-1,
            last_message=None,
            revision=1,
            last_message_at=NOON,
            blocked_by_user=False,
        )


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (User(1, "Anna", "Ray"), "Anna Ray"),
        (User(1, None, "Ray", "anna"), "Ray"),
        (User(1, username="anna"), "@anna"),
        (User(1), "1"),
    ],
)
def test_a_user_has_a_name_to_show(user: User, name: str) -> None:
    """Both names, else the username, else the id."""
    assert user.full_name == name


def test_a_cursor_survives_a_url() -> None:
    """It is opaque, URL-safe and comes back as the same place to the microsecond."""
    cursor = Cursor(NOON.replace(microsecond=123_457), 2**52)
    text = cursor.encode()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert Cursor.decode(text) == cursor


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "%%%",
        "é",
        "bm90IGpzb24",
        _encoded([]),
        _encoded(["2026-01-05T12:00:00+00:00"]),
        _encoded(["2026-01-05T12:00:00", 1]),
        _encoded(["2026-01-05T12:00:00+00:00", -1]),
        _encoded({"a": 1, "b": 2}),
        _encoded(5),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_nobody_made(text: str) -> None:
    """Anything else is a broken field, never a crash."""
    with pytest.raises(InvalidInput) as caught:
        Cursor.decode(text)
    assert [error.field for error in caught.value.errors] == ["cursor"]


@pytest.mark.parametrize(
    ("text", "within"),
    [("always", timedelta.max), ("never", timedelta(0)), ("within:1", timedelta(hours=1))],
)
def test_the_reopening_rule(text: str, within: timedelta) -> None:
    """Always, never, or within some hours of the closing."""
    assert ReopenRule.parse(text) == ReopenRule(within)


@pytest.mark.parametrize(
    "text", ["", "Always", "within", "within:", "within:0", "within:-1", "within:1.5", "within:1:2", "within:٣"]
)
def test_a_reopening_rule_that_is_none(text: str) -> None:
    """The rule is stated in the contract's words."""
    with pytest.raises(ValueError, match="must be always, never or within:<hours>"):
        ReopenRule.parse(text)


def test_an_unbounded_number_of_hours_is_refused() -> None:
    """A number that no calendar holds is malformed too, however many digits it has."""
    for hours in ("9" * 20, "9" * 5000):
        with pytest.raises(ValueError, match="must be always, never or within:<hours>"):
            ReopenRule.parse(f"within:{hours}")


def test_secrets_do_not_show_in_representations() -> None:
    """What is logged by accident holds neither a password's hash nor a token."""
    operator = Operator(1, "anna", "$argon2id$hash")
    assert "argon2id" not in repr(operator)
    assert "opchat_secret" not in repr(ApiToken("opchat_secret", operator, None, 1))


def test_a_message_as_the_contract_shows_it() -> None:
    """Every key of the contract, nothing else, times in UTC with Z."""
    east = timezone(timedelta(hours=3))
    shown = message_to_json(
        message(
            direction="out",
            created_at=NOON.astimezone(east),
            media=Media(file_id="f", width=3),
            delivery=Delivery(DeliveryStatus.QUEUED, DeliveryError("rate_limited", "slow down"), 2, NOON),
        )
    )
    contract = (
        "userId botType seq direction verified messageType messageText entities media payload telegramMessageId replyTo"
        " mediaGroupId createdAt editedAt deletedAt operator clientMessageId revision delivery"
    )
    assert list(shown) == contract.split()
    assert shown["createdAt"] == "2026-01-05T12:00:00.000000Z"
    assert shown["media"] == {"fileId": "f", "width": 3}
    assert shown["delivery"] == {
        "status": "queued",
        "error": {"code": "rate_limited", "message": "slow down"},
        "attempts": 2,
        "nextAttemptAt": "2026-01-05T12:00:00.000000Z",
    }
    assert json.loads(json.dumps(shown)) == shown
    assert message_to_json(message())["delivery"] is None


def test_a_chat_as_the_contract_shows_it() -> None:
    """Every key of the contract, with user and newest message inside."""
    shown = chat_to_json(
        Chat(
            user=User(42, "Anna", language_code="ru"),
            bot_type="operator",
            status="closed",
            unread_count=1,
            last_message=message(),
            revision=3,
            last_message_at=NOON,
            blocked_by_user=False,
        )
    )
    contract = "userId botType user status unreadCount lastMessage revision lastMessageAt blockedByUser"
    assert list(shown) == contract.split()
    assert shown["user"] == {
        "userId": 42,
        "firstName": "Anna",
        "lastName": None,
        "username": None,
        "languageCode": "ru",
    }
    assert shown["lastMessage"] == message_to_json(message())
    assert shown["status"] == "closed"
