"""Erasing a user: no table keeps a row of them."""

from __future__ import annotations

from tests.support.tables import contents

from opchat_core import connect


def test_nothing_is_left_of_a_user(clean_database: str) -> None:
    """Not even a counter that stands at zero."""
    before = contents(clean_database)
    with connect(clean_database) as chat:
        chat.receive(user_id=42, text="Hello?", first_name="Anna", telegram_message_id=1)
        chat.receive(user_id=42, text="Hello!", telegram_message_id=1, edited=True)
        chat.receive(user_id=42, text="Hello, other bot", bot_type="sales")
        chat.close_chat(42)
        assert chat.forget(42) == 2
    assert contents(clean_database) == before
