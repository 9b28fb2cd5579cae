"""Moving from an older installation: its chats arrive once, whole, and its tables stay as they are."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest
from tests.support.processes import clean_environment, opchat_command

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

    from opchat_core import OperatorChat

_OLD = """
CREATE TABLE public.users (user_id bigint PRIMARY KEY, first_name text, username text, favourite_colour text);
CREATE TABLE public.chat_messages (
    id serial, user_id bigint, message_text text, message_type text, direction text, bot_type text,
    telegram_message_id bigint, created_at timestamp
);
CREATE TABLE public.user_data (user_id bigint PRIMARY KEY, operator_chat_status text);
INSERT INTO public.users VALUES (42, 'Anna', 'anna', 'green'), (43, 'Boris', NULL, NULL);
INSERT INTO public.user_data VALUES (42, 'closed'), (43, 'open');
INSERT INTO public.chat_messages
    (user_id, message_text, message_type, direction, bot_type, telegram_message_id, created_at)
VALUES
    (42, 'On its way!', 'text', 'out', 'operator', 8, '2024-05-01 10:01'),
    (42, 'Where is my order?', 'text', 'in', 'operator', 7, '2024-05-01 10:00'),
    (42, 'Hello, sales', NULL, 'in', 'sales', NULL, '2024-05-02 10:00'),
    (43, 'Are you there?', 'text', 'incoming', NULL, NULL, '2024-05-03 10:00'),
    (43, '', 'text', 'in', NULL, NULL, '2024-05-03 10:01'),
    (43, NULL, 'hologram', 'in', NULL, 9, '2024-05-03 10:02');
"""


@pytest.fixture
def old(empty_database: str) -> str:
    """The database of an older installation, which is to become opchat's."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(_OLD)
    return empty_database


def test_imports_each_chat_once(cli: Cli, clean_database: str, old: str, chat: OperatorChat) -> None:
    """Order, names, bots and whether a chat is closed arrive; a second run finds everything there."""
    first = cli("import", "--from", old, "--json")
    assert json.loads(first.stdout) == {"users": 2, "messages": 5, "known": 0, "refused": 1}
    assert (first.exit_code, "message of 2024-05-03T10:01:00: text must not be blank" in first.stderr) == (1, True)

    anna, boris = chat.chat(42), chat.chat(43)
    assert (anna.user.full_name, anna.status, anna.unread_count) == ("Anna", "closed", 0)
    assert [message.text for message in chat.history(42)] == ["Where is my order?", "On its way!"]
    assert [message.text for message in chat.history(42, bot_type="sales")] == ["Hello, sales"]
    assert (boris.user.full_name, boris.status, boris.unread_count) == ("Boris", "open", 2)
    assert boris.last_message is not None
    assert (boris.last_message.message_type, boris.last_message.payload) == (
        "unsupported",
        {"message_type": "hologram"},
    )

    again = cli("import", "--from", old)
    assert again.stdout == "2 users: 0 messages imported, 5 known, 1 refused\n"


def test_goes_on_where_it_was_broken_off(cli: Cli, old: str, chat: OperatorChat) -> None:
    """Half of Anna's chat is there from a run that died; and what happened since then is not undone."""
    chat.receive(user_id=42, text="Where is my order?", telegram_message_id=7, created_at="2024-05-01T10:00Z")
    chat.receive(user_id=43, text="I am new here", telegram_message_id=100)
    cli("import", "--from", old)
    assert [message.text for message in chat.history(42)] == ["Where is my order?", "On its way!"]
    assert (chat.chat(42).status, chat.chat(43).status) == ("closed", "open")


def test_the_same_database_will_do(old: str, cli: Cli) -> None:
    """New tables live in a schema of their own beside the old ones; where there are none, it says so."""
    imported = cli("import", DATABASE_URL=old)
    assert imported.stdout.startswith("2 users: 5 messages")
    nothing = cli("import")
    assert (nothing.exit_code, "no table public.chat_messages" in nothing.stderr) == (2, True)


def test_shows_progress_to_people_only(old: str) -> None:
    """A bar on a terminal, and not a byte of it in a pipe."""
    environment = clean_environment({"DATABASE_URL": old, "TERM": "xterm"})
    master, terminal = pty.openpty()
    command = opchat_command("import")
    on_terminal = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=terminal, env=environment)
    os.close(terminal)
    shown = os.read(master, 10_000).decode()
    os.close(master)
    assert "importing" in shown
    assert b"importing" not in on_terminal.stdout

    in_pipe = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert in_pipe.stdout.startswith("2 users: 0 messages imported")
    assert "importing" not in in_pipe.stderr
