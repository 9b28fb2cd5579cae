"""A flood by a stranger is turned away, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.flask.conftest import Client, problem_of

from opchat_core import Config, OperatorChat, connect_config
from opchat_core.model import Limits, Rate
from opchat_flask import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = timedelta(hours=1)
STRANGER = {"REMOTE_ADDR": "203.0.113.7"}
POST = "/api/chat-message"


def _limits(**rates: int) -> Limits:
    return Limits(**{name: Rate(rates[name], HOUR) if name in rates else None for name in ("user", "address", "all")})


def _client(chat: OperatorChat, config: Config, *, proxies: int = 0, **rates: int) -> Client:
    settings = attrs.evolve(config, limits=_limits(**rates), trusted_proxies=proxies)
    return create_app(chat, settings).test_client()


def _post(client: Client, user_id: int = 42, **options: Any) -> Any:
    return client.post(POST, json={"userId": user_id, "messageText": "hi"}, **options)


def _statuses(client: Client, times: int, **options: Any) -> list[int]:
    return [_post(client, **options).status_code for _ in range(times)]


def test_a_flood_in_one_users_name_is_turned_away(
    chat: OperatorChat, config: Config, bot: dict[str, str], operator: dict[str, str]
) -> None:
    """429 with the seconds to wait, nothing stored; the bot, an operator's program and other users get through."""
    client = _client(chat, config, user=3)
    assert _statuses(client, 4) == [201, 201, 201, 429]
    refused = _post(client)
    problem_of(refused, 429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 1200
    assert len(chat.history(42)) == 3
    assert _statuses(client, 5, headers=bot) == [201] * 5
    assert _statuses(client, 5, headers=operator) == [201] * 5
    assert _statuses(client, 1, user_id=43) == [201]


def test_a_flood_from_one_address_is_turned_away(chat: OperatorChat, config: Config, bot: dict[str, str]) -> None:
    """Whomever it claims to be; from elsewhere others get through, and so does the bot from that very address."""
    client = _client(chat, config, address=3)
    came = [_post(client, user_id, environ_base=STRANGER).status_code for user_id in range(1, 6)]
    assert came == [201, 201, 201, 429, 429]
    assert _statuses(client, 1, environ_base={"REMOTE_ADDR": "203.0.113.8"}) == [201]
    assert _statuses(client, 5, environ_base=STRANGER, headers=bot) == [201] * 5


def test_a_flood_from_everywhere_has_an_end(chat: OperatorChat, config: Config, bot: dict[str, str]) -> None:
    """The last resort against many addresses in many names; the bot is not part of it."""
    client = _client(chat, config, all=3)
    came = [
        _post(client, number, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"}).status_code
        for number in range(1, 6)
    ]
    assert came == [201, 201, 201, 429, 429]
    assert _statuses(client, 1, headers=bot) == [201]


def test_one_strangers_flood_does_not_use_up_the_allowance_of_all(chat: OperatorChat, config: Config) -> None:
    """Who is turned away for an allowance of their own takes nothing from what all share."""
    client = _client(chat, config, user=2, all=4)
    assert _statuses(client, 20).count(201) == 2
    assert _statuses(client, 1, user_id=43) == [201]


def test_processes_count_together(chat: OperatorChat, config: Config) -> None:
    """A second server does not double what a stranger may send."""
    with connect_config(config, migrated=True) as other:
        one, two = _client(chat, config, user=4), _client(other, config, user=4)
        assert [_post(client).status_code for client in (one, two) * 3] == [201] * 4 + [429] * 2


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_a_network_of_version_6_is_one_client(
    chat: OperatorChat, config: Config, one: str, other: str, *, together: bool
) -> None:
    """A subscriber has 2^64 addresses to write from."""
    client = _client(chat, config, address=1)
    assert _statuses(client, 1, environ_base={"REMOTE_ADDR": one}) == [201]
    assert _statuses(client, 1, environ_base={"REMOTE_ADDR": other}) == [429 if together else 201]


@pytest.mark.parametrize("own", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_has_no_allowance_by_address(chat: OperatorChat, config: Config, own: str) -> None:
    """A proxy of which nobody told us must not make one client of all visitors."""
    client = _client(chat, config, address=1)
    assert _statuses(client, 3, environ_base={"REMOTE_ADDR": own}) == [201] * 3


def test_a_made_up_address_counts_for_nothing(chat: OperatorChat, config: Config) -> None:
    """Without a proxy, X-Forwarded-For is a stranger's word."""
    client = _client(chat, config, address=2)
    came = [
        _post(client, environ_base=STRANGER, headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(4)
    ]
    assert came == [201, 201, 429, 429]


def test_behind_a_proxy_its_word_counts_and_no_other(chat: OperatorChat, config: Config) -> None:
    """The last entry is the proxy's; whatever comes before it the stranger has written."""
    client = _client(chat, config, proxies=1, address=2)
    came = [
        _post(client, headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.7"}).status_code
        for number in range(4)
    ]
    assert came == [201, 201, 429, 429]
    assert _statuses(client, 1, headers={"X-Forwarded-For": "203.0.113.8"}) == [201]


def test_limits_can_be_lifted(chat: OperatorChat, config: Config) -> None:
    """Where something else counts, nothing is counted twice."""
    client = _client(chat, config)
    assert _statuses(client, 10, environ_base=STRANGER) == [201] * 10


def test_what_is_refused_for_other_reasons_takes_nothing(chat: OperatorChat, config: Config) -> None:
    """Nobody else can use up a user's allowance with messages that are none."""
    client = _client(chat, config, user=1)
    assert client.post(POST, json={"userId": 42}).status_code == 422
    assert _statuses(client, 2) == [201, 429]


def test_browsers_of_other_origins_may_read_when_to_come_again(
    chat: OperatorChat, config: Config, stored: Callable[[], int]
) -> None:
    """A shop's page can tell its visitor to wait."""
    client = _client(chat, config, user=1)
    _post(client)
    refused = _post(client, headers={"Origin": "https://shop.example"})
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
    assert stored() == 1
