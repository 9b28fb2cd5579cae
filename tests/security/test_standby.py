"""Where nothing can be written, who was let in may still read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg.conninfo import make_conninfo

from opchat_core.errors import DatabaseUnavailable
from opchat_core.operators import Operators
from opchat_core.postgres import Database, PostgresRepository, lend, open_pool

if TYPE_CHECKING:
    from opchat_core import OperatorChat


def test_sessions_and_tokens_are_good_on_a_standby(chat: OperatorChat) -> None:
    """Their last use is not noted there, and a login, which has to be, is put off."""
    olga = chat.operators.add("olga")
    token = chat.operators.issue_token("olga").secret
    session = chat.operators.start_session(olga, lifetime=timedelta(hours=1))
    standby = make_conninfo(chat.config.database_url or "", options="-c default_transaction_read_only=on")
    with open_pool(standby) as pool:
        operators = Operators(PostgresRepository(Database(lend(pool))))
        assert operators.of_token(token) == operators.of_session(session) == olga
        with pytest.raises(DatabaseUnavailable):
            operators.start_session(olga, lifetime=timedelta(hours=1))
    assert chat.operators.tokens("olga")[0].used_at is None
