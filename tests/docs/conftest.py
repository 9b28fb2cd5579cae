"""What a reader of the documentation is assumed to have: a database ``shop``, a bot ``123:abc``, a customer Anna."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from opchat_core import connect
from opchat_core.testing.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "123:abc"
_OLD = """
CREATE TABLE public.chat_messages (user_id bigint, message_text text, direction text, created_at timestamptz);
INSERT INTO public.chat_messages VALUES
    (44, 'Are you open?', 'in', '2024-05-01'), (44, 'Yes.', 'out', '2024-05-02'), (45, 'Thanks!', 'in', '2024-05-03');
"""
"""What the shop had before opchat."""


@pytest.fixture
def shop(database_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The database that ``postgresql:///shop`` means, and in Telegram's place a simulator, which is returned.

    Examples are run exactly as they are printed. libpq finds the server by its environment, and the address of
    Telegram, where an example does not name one, is the one default that is changed.
    """
    for key, value in conninfo_to_dict(database_server).items():
        if key in {"host", "port", "user", "password"} and value:
            monkeypatch.setenv(f"PG{key.upper()}", str(value))
    defaults = connect.__kwdefaults__
    assert defaults is not None
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop ENCODING 'UTF8' TEMPLATE template0")
    with psycopg.connect(database_server, dbname="shop") as connection:
        connection.execute(_OLD)
    try:
        with Simulator(token=TOKEN) as simulator:
            simulator.user(id=42, first_name="Anna")
            simulator.user(id=43, first_name="Boris")
            monkeypatch.setitem(defaults, "telegram_api_url", simulator.url)
            monkeypatch.setenv("TELEGRAM_API_URL", simulator.url)
            monkeypatch.setenv("DATABASE_URL", "postgresql:///shop")
            monkeypatch.setenv("OPERATOR_BOT_TOKEN", TOKEN)
            monkeypatch.setenv("OLD_DATABASE_URL", "postgresql:///shop")
            yield simulator
    finally:
        with psycopg.connect(database_server, autocommit=True) as connection:
            connection.execute("DROP DATABASE shop WITH (FORCE)")
