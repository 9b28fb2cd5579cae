"""How a check gets in, and gets away without a trace: through the database, where that can be reached."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import attrs
from attrs import field, frozen

from opchat_cli.group import explain
from opchat_cli.settings import actor
from opchat_core import Config, OperatorChat, connect_config
from opchat_core.embedded import default_data_dir, has_data
from opchat_core.errors import DatabaseUnavailable, OpchatError, SchemaOutdated, Unauthenticated
from opchat_core.postgres import survey
from opchat_core.wiring import SELFTEST, database_of

_LIFETIME = timedelta(minutes=5)
"""Longer than any check, and over soon should it be killed."""


@frozen
class Access:
    """What a check has in hand.

    Attributes:
        token: An operator's API token.
        chat: The installation behind its database; None when that cannot be reached from here.
    """

    token: str = field(repr=False)
    chat: OperatorChat | None


@contextmanager
def access(config: Config, token: str | None) -> Iterator[Access]:
    """Get in with a token, or make a short-lived one, of an operator who is gone again at the end.

    Raises:
        Unauthenticated: If there is no token and none can be made; says why.
    """
    with ExitStack() as opened:
        try:
            chat, reason = opened.enter_context(_existing(config)), ""
        except OpchatError as error:
            chat, reason = None, explain(error)
        if token:
            yield Access(token, chat)
        elif chat is None:
            raise Unauthenticated(
                f"There is no operator token: give --token or OPCHAT_API_TOKEN. None can be made here: {reason}"
            )
        else:
            name = f"{SELFTEST}-{secrets.token_hex(4)}"
            chat.operators.add(name, by=actor())
            try:
                issued = chat.operators.issue_token(name, label="a check", lifetime=_LIFETIME, by=actor())
                yield Access(issued.secret, chat)
            finally:
                chat.operators.remove(name, by=actor())


@contextmanager
def _existing(config: Config) -> Iterator[OperatorChat]:
    """Open an installation as it is; one without data of its own is not made for a check."""
    home = None if config.database_url else config.data_dir or default_data_dir()
    if home is not None and not has_data(home):
        raise DatabaseUnavailable(f"DATABASE_URL is not set, and there is no embedded database in {home}.")
    with database_of(config) as url:
        if pending := survey(url).pending:  # and, unlike a pool, it says at once why a server cannot be reached
            raise SchemaOutdated(f"The database's schema lacks {', '.join(pending)}: run `opchat migrate`.")
        with connect_config(attrs.evolve(config, database_url=url), migrated=True) as chat:
            yield chat
