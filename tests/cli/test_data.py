"""A user's data: exported whole, and erased for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.tables import contents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Cli

    from opchat_core import OperatorChat


def test_exports_everything_in_order(cli: Cli, anna: int, chat: OperatorChat) -> None:
    """User, chat, messages with their earlier versions, then the chat with the next bot: one object a line."""
    chat.receive(user_id=anna, text="Hello, other bot", bot_type="sales")
    result = cli("export", str(anna))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["record"] for line in lines] == ["user", "chat", "message", "version", "message", "chat", "message"]
    assert lines[0]["firstName"] == "Анна"
    assert lines[2]["messageText"] == "Where is my order 1047?"
    assert lines[3]["messageText"] == "Where is my order?"
    assert lines[6]["botType"] == "sales"


def test_exports_to_a_file(cli: Cli, anna: int, tmp_path: Path) -> None:
    """With `-o` standard output stays empty, and letters stay letters."""
    target = tmp_path / "42.jsonl"
    result = cli("export", str(anna), "-o", str(target))
    assert (result.exit_code, result.stdout) == (0, "")
    assert '"Анна"' in target.read_text("utf-8")


def test_nobody_to_export_or_forget(cli: Cli) -> None:
    """An unknown user is 1, and no empty file pretends that all went well."""
    assert cli("export", "7").exit_code == 1
    assert cli("forget", "7", "--yes").exit_code == 1


def test_forgets_everything(cli: Cli, anna: int, clean_database: str) -> None:
    """Nothing of the user is left in any table."""
    result = cli("forget", str(anna), "--yes", "--json")
    assert json.loads(result.stdout) == {"userId": 42, "messages": 2}
    kept = contents(clean_database)
    assert not any("Анна" in row or "1047" in row for rows in kept.values() for row in rows)
    assert kept["users"] == kept["user_data"] == kept["chat_messages"] == kept["message_versions"] == []


def test_forgets_only_when_told(cli: Cli, anna: int, chat: OperatorChat) -> None:
    """Where nobody can be asked, it wants `--yes`, and nothing is erased."""
    assert cli("forget", str(anna)).exit_code == 2
    assert len(chat.history(anna)) == 2


def test_forgets_the_chat_with_one_bot(cli: Cli, anna: int, chat: OperatorChat) -> None:
    """The chats with other bots stay, and so does the user."""
    chat.receive(user_id=anna, text="Hello, other bot", bot_type="sales")
    assert cli("forget", str(anna), "--bot-type", "sales", "--yes").stdout == "messages erased: 1\n"
    assert chat.bot_types(anna) == ("operator",)
