"""The rules that values obey, each on both sides of its border."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from opchat_core.model import Direction, rules


@pytest.mark.parametrize("value", [1, 2**52, "1", "42", str(2**52)])
def test_telegram_ids_are_integers_or_decimal_strings(value: object) -> None:
    """A Telegram id may come as a number or as its digits, up to 52 bits."""
    assert rules.telegram_id(value) == int(str(value))


@pytest.mark.parametrize(
    "value", [0, -1, 2**52 + 1, "0", str(2**52 + 1), "+1", "1.0", " 1", "", "٤٢", "9" * 5000, 1.0, True, None, [1], {}]
)
def test_what_is_no_telegram_id(value: object) -> None:
    """Anything else is refused by a sentence that states the rule, never by a crash."""
    with pytest.raises(ValueError, match="must be an integer from 1 to 4503599627370496"):
        rules.telegram_id(value)


def test_counts_start_at_one_and_sizes_at_zero() -> None:
    """A message number is never zero; a size or a position may be."""
    assert rules.positive_integer(1) == 1
    assert rules.whole_number(0) == 0
    with pytest.raises(ValueError, match="from 1"):
        rules.positive_integer(0)
    with pytest.raises(ValueError, match="from 0"):
        rules.whole_number(-1)


def test_a_flag_is_nothing_that_merely_looks_like_one() -> None:
    """JSON has true and false; 1, "true" and null are something else."""
    assert [rules.flag(value) for value in (True, False)] == [True, False]
    for other in (1, 0, "true", None):
        with pytest.raises(ValueError, match="true or false"):
            rules.flag(other)


def test_text_is_counted_in_utf16_units() -> None:
    """A character beyond the basic plane counts twice, as it does for Telegram."""
    assert rules.message_text("😀" * 2048) == "😀" * 2048
    with pytest.raises(ValueError, match="at most 4096 UTF-16 units"):
        rules.message_text("😀" * 2048 + "a")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a\x00b", "NUL"),
        ("\ud800", "lone surrogates"),
        ("a\udfff", "surrogates"),
        (7, "must be a string"),
        (None, "must be a string"),
        (b"bytes", "must be a string"),
    ],
)
def test_text_that_no_database_could_hold(value: object, rule: str) -> None:
    """What PostgreSQL or UTF-8 cannot hold is refused before it gets there."""
    with pytest.raises(ValueError, match=rule):
        rules.message_text(value)


def test_an_identifier_is_not_blank() -> None:
    """A key of white space would be no key."""
    assert rules.identifier("a") == "a"
    for blank in ("", " ", "\n\t"):
        with pytest.raises(ValueError, match="must not be blank"):
            rules.identifier(blank)


@pytest.mark.parametrize("value", ["operator", "a", "a-b_9", "x" * 32])
def test_names_of_bots(value: str) -> None:
    """Small letters, digits, dash and underscore, 1 to 32 of them."""
    assert rules.bot_type(value) == value


@pytest.mark.parametrize("value", ["", "Operator", "x" * 33, "a b", "é", "a\n", None, 3])
def test_what_is_no_name_of_a_bot(value: object) -> None:
    """The rule is quoted as the contract states it."""
    with pytest.raises(ValueError, match=r"must match \[a-z0-9_-\]\{1,32\}"):
        rules.bot_type(value)


def test_a_word_is_one_of_a_closed_list() -> None:
    """An unknown word is answered with the list."""
    rule = rules.word(Direction)
    assert rule("in") is Direction.IN
    assert rule(Direction.OUT) is Direction.OUT
    for other in ("IN", "", None, 1, ["in"]):
        with pytest.raises(ValueError, match="must be one of in, out"):
            rule(other)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-05T09:00:00Z", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("2026-01-05t09:00:00z", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("2026-01-05 12:00+03:00", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("2026-01-05T12:00:00.25+0300", datetime(2026, 1, 5, 9, microsecond=250_000, tzinfo=UTC)),
        ("2026-01-05T09:00:00.123456789Z", datetime(2026, 1, 5, 9, microsecond=123_456, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.5, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        (datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=3))), datetime(2026, 1, 5, 9, tzinfo=UTC)),
    ],
)
def test_points_in_time(value: object, expected: datetime) -> None:
    """ISO 8601 with an offset, Unix seconds and aware datetimes all become UTC."""
    found = rules.moment(value)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-05T09:00:00",
        "2026-01-05",
        "yesterday",
        "2026-13-05T09:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "2026-01-05T09:00:00+99:00",
        "",
        1e300,
        -1e300,
        10**40,
        math.inf,
        math.nan,
        True,
        None,
        [],
        datetime(2026, 1, 5),  # noqa: DTZ001 - a naive time is what is refused
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_what_is_no_point_in_time(value: object) -> None:
    """A time without an offset, out of the calendar or out of numbers is refused, never guessed at."""
    with pytest.raises(ValueError, match="must be ISO 8601 with an offset, or Unix seconds"):
        rules.moment(value)


def test_json_that_can_be_stored() -> None:
    """An object comes through as it is."""
    value = {"a": [1, -2.5, "x", None, True, {"b": []}], "": 2**63}
    assert rules.json_object(value) == value
    assert rules.json_objects([value, {}]) == (value, {})


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ([], "must be an object"),
        ("{}", "must be an object"),
        (None, "must be an object"),
        ({"a": "\x00"}, "NUL"),
        ({"\x00": 1}, "NUL"),
        ({"a": ["\ud800"]}, "surrogates"),
        ({"a": math.nan}, "64 bits"),
        ({"a": -math.inf}, "64 bits"),
        ({"a": 10**400}, "64 bits"),
        ({"a": {1, 2}}, "nothing but JSON"),
        (_deep(40), "deeper than 32 levels"),
        (_deep(900), "deeper than 32 levels"),
    ],
)
def test_json_that_cannot_be_stored(value: object, rule: str) -> None:
    """What jsonb would refuse is refused first, wherever in the value it hides."""
    with pytest.raises(ValueError, match=rule):
        rules.json_object(value)


@pytest.mark.parametrize("value", [{}, "x", [1], [{}, None], None, 5])
def test_a_list_of_objects_is_just_that(value: object) -> None:
    """Entities are a list of objects."""
    with pytest.raises(ValueError, match="must be a list of objects"):
        rules.json_objects(value)
