"""Rows 3 to 7: lists, histories, counts, searches and refreshes, and that none of them grows with the tables."""

from __future__ import annotations

import http.client
from contextlib import ExitStack, suppress
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg
from tests.benchmarks.bench import HEAVY
from tests.benchmarks.measuring import Figure, Row, milliseconds, milliseconds_in_turn, percentile, ratio
from tests.support.stores import OPERATOR, postgres_store

from opchat_core import connect
from opchat_core.errors import Unavailable
from opchat_core.model import ChatStatus, Cursor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.bench import Bench

    from opchat_core.postgres import PostgresRepository

PATIENCE = 60
"""Seconds that the reference's list may take."""

STATUSES = {"open": ChatStatus.OPEN, "closed": ChatStatus.CLOSED, "all": None}

TERMS = {
    "rare, Latin": "tanaka777",
    "common, Latin": "anna",
    "rare, Cyrillic": "иванова777",  # noqa: RUF001 - meant
    "common, Cyrillic": "анна",
    "a full name": "ben meyer1",
    "what everybody has": "user_",
    "a piece of many": "er_3f",
    "nobody": "zzzyyy",
}
_DISTINCT_ON = b"""
SELECT DISTINCT ON (m.user_id) m.user_id, u.first_name, u.last_name, u.username, m.message_text, m.created_at
FROM opchat.chat_messages AS m JOIN opchat.users AS u USING (user_id) JOIN opchat.user_data AS d USING (user_id)
WHERE d.operator_chat_status = 'open' ORDER BY m.user_id, m.created_at DESC
"""


def rows(bench: Bench) -> list[Row]:
    """Measure them."""
    few, many = bench.data(1000), bench.data(bench.many)
    with ExitStack() as opened:
        small = opened.enter_context(postgres_store(few))
        big = opened.enter_context(postgres_store(many))
        lists = _lists(bench, small, big, many)
        page = lists.figures["all, page 1, many"]
        return [lists, _history(small, big), _counts(small, big), *_searches(bench, big, page), _refresh(bench, many)]


def _far(store: PostgresRepository, status: ChatStatus | None) -> Cursor | None:
    """Where page 100 begins, or the last page of few chats."""
    cursor = None
    for _ in range(99):
        page = store.list_chats(OPERATOR, status=status, limit=50, cursor=cursor)
        if len(page) < 50:
            break
        cursor = Cursor(page[-1].last_message_at, page[-1].user.user_id)
    return cursor


def _lists(bench: Bench, small: PostgresRepository, big: PostgresRepository, url: str) -> Row:
    def page(
        store: PostgresRepository, status: ChatStatus | None, cursor: Cursor | None = None
    ) -> Callable[[], object]:
        return lambda: store.list_chats(OPERATOR, status=status, limit=50, cursor=cursor)

    calls: dict[str, Callable[[], object]] = {}
    for name, status in STATUSES.items():
        calls[f"{name}, page 1, few"] = page(small, status, None)
        calls[f"{name}, page 1, many"] = page(big, status, None)
        calls[f"{name}, page 100, many"] = page(big, status, _far(big, status))
    figures = milliseconds_in_turn(calls, seconds=6)
    growth = [
        ratio(figures[f"{name}, {depth}, many"], figures[f"{name}, page 1, few"])  # few chats have no page 100
        for name in STATUSES
        for depth in ("page 1", "page 100")
    ]
    with psycopg.connect(url, autocommit=True, options=f"-c statement_timeout={PATIENCE}s") as connection:
        begin = perf_counter()
        with suppress(psycopg.errors.QueryCanceled):  # it took so long at least
            connection.execute(_DISTINCT_ON).fetchall()
        figures["the reference's list, many"] = Figure.of([(perf_counter() - begin) * 1000])
    lead = ratio(figures["the reference's list, many"], figures["open, page 1, many"])
    return Row(
        3,
        f"a page of 50 chats, open, closed and all, page 1 and 100: of {bench.many:,} chats against 1,000",
        "1.2 x; 10,000 x quicker than `DISTINCT ON` at 1,000,000",
        f"{max(growth):.2f} x at most; {lead:,.0f} x quicker",
        max(growth) <= 1.2 and lead > 10_000 * bench.many / 1_000_000,
        figures,
    )


def _history(small: PostgresRepository, big: PostgresRepository) -> Row:
    def page(store: PostgresRepository, user_id: int, before: int | None) -> Callable[[], object]:
        return lambda: store.list_messages(user_id, OPERATOR, before=before, limit=50)

    figures = milliseconds_in_turn(
        {
            "newest of 50": page(small, 1, None),
            "newest of 200,000": page(big, HEAVY, None),
            "oldest of 200,000": page(big, HEAVY, 51),
        }
    )
    worst = max(ratio(figures[name], figures["newest of 50"]) for name in figures)
    return Row(4, "a page of 50 messages out of 200,000 against 50", "1.5 x", f"{worst:.2f} x", worst <= 1.5, figures)


def _counts(small: PostgresRepository, big: PostgresRepository) -> Row:
    figures = milliseconds_in_turn(
        {"few": lambda: small.count_chats(OPERATOR), "many": lambda: big.count_chats(OPERATOR)}, seconds=2
    )
    growth = ratio(figures["many"], figures["few"])
    return Row(5, "counts of open and closed", "not growing", f"{growth:.2f} x", growth <= 1.2, figures)


def _searches(bench: Bench, store: PostgresRepository, page: Figure) -> list[Row]:
    typical: dict[str, Figure] = {}
    worst: dict[str, float] = {}
    late = False
    for name, term in TERMS.items():

        def search(term: str = term) -> None:
            store.search_chats(OPERATOR, status=None, search=term, limit=50, cursor=None)

        try:
            taken = milliseconds(search, seconds=bench.seconds)
        except Unavailable:
            late = True
            taken = [5000.0]
        typical[name] = Figure.of(taken)
        worst[name] = percentile(taken, 99)
    usual = max(figure.median for figure in typical.values()) / page.median
    rarely = max(worst.values()) / page.median
    return [
        Row(
            6,
            f"search by part of a name among {bench.many:,} users: the slowest term's median, its p99",
            "20 x a list page; 250 x; never over the time limit",
            f"{usual:.0f} x; {rarely:.0f} x" + ("; over the limit" if late else ""),
            usual <= 20 and rarely <= 250 and not late,
            typical,
        )
    ]


def _refresh(bench: Bench, url: str) -> Row:
    port, _ = bench.serve(url)
    with connect(url) as chat:
        chat.operators.add("bench")
        token = chat.operators.issue_token("bench").secret
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}"}

    def get(path: str, status: int, known: str = "") -> http.client.HTTPResponse:
        connection.request("GET", path, headers={**headers, "If-None-Match": known})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
        return answer

    figures: dict[str, Figure] = {}
    gains = []
    paths = {"list": "/api/operator-chats?status=open", "chat": f"/api/users/{HEAVY}/operator-chat?limit=50"}
    for name, path in paths.items():
        tag = get(path, 200).headers["ETag"]
        whole: list[float] = []
        same: list[float] = []
        for _ in range(4):  # in turns
            whole += milliseconds(partial(get, path, 200), seconds=0.3)
            same += milliseconds(partial(get, path, 304, tag), seconds=0.3)
        figures[f"{name}, whole"], figures[f"{name}, 304"] = Figure.of(whole), Figure.of(same)
        gains.append(ratio(figures[f"{name}, whole"], figures[f"{name}, 304"]))
    return Row(
        7,
        "refresh of list and chat with nothing new",
        "1.5 x the rate of a full page",
        " and ".join(f"{gain:.2f} x" for gain in gains),
        min(gains) >= 1.5,
        figures,
    )
