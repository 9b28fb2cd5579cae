"""``opchat replay``: after an upgrade, what was kept raw becomes what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.bot.updates import DATE, file, message, update

from opchat_bot import content
from opchat_bot.convert import read_update
from opchat_core.model import IncomingMessage, MessageKey

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

    from opchat_core import OperatorChat

Json = dict[str, Any]

NOVEL = ("poll", "story", "video_note")
"""Kinds that the bot of last year did not know."""


def poll(question: str) -> Json:
    flags = {"is_closed": False, "is_anonymous": True, "allows_multiple_answers": False}
    more = {"type": "regular", "allows_revoting": True, "members_only": False}
    return {"id": "1", "question": question, "options": [], "total_voter_count": 0, **flags, **more}


@pytest.fixture
def last_year(chat: OperatorChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a bot stored that knew fewer kinds than today's: its conversion is today's, without these in its table."""
    round_video = file("n", length=240, duration=4)
    updates: list[Json] = [
        update(1, update_id=1, text="Hello"),
        update(2, update_id=2, poll=poll("Which?")),
        update(3, update_id=3, video_note=round_video, reply_to_message=message(1)),
        update(4, update_id=4, story={"id": 5, "chat": {"id": -1, "type": "channel", "title": "News"}}),
        update(5, update_id=5, hologram={"depth": 3}),
        update(6, update_id=6, poll=poll("NUL \x00")),
        {"update_id": 7, "edited_message": message(2, poll=poll("Why?"), edit_date=DATE + 9)},
    ]
    with monkeypatch.context() as before:
        kinds = {kind: read for kind, read in content._KINDS.items() if kind not in NOVEL}  # noqa: SLF001 - see above
        before.setattr(content, "_KINDS", kinds)
        for raw in updates:
            call = read_update(raw).call
            assert call is not None
            chat.take_in(IncomingMessage.from_json(call.body), verified=True)


@pytest.mark.usefixtures("last_year")
def test_what_has_a_name_now_becomes_what_it_is(cli: Cli, chat: OperatorChat) -> None:
    """Kind, file and what it answers; what nobody knows yet stays, and the raw update is kept for good."""
    assert {m.message_type for m in chat.history(42)[1:]} == {"unsupported"}
    result = cli("replay", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told == {"read": 5, "understood": 3, "kinds": {"poll": 1, "video_note": 1, "story": 1}, "dryRun": False}
    kinds = [m.message_type for m in chat.history(42)]
    assert kinds == ["text", "poll", "video_note", "story", "unsupported", "unsupported"]
    note = chat.message(MessageKey(42, "operator", 3))
    assert note.media is not None
    assert (note.media.file_id, note.media.width, note.reply_to, note.telegram_message_id) == ("n-id", 240, 1, 3)
    [raw] = chat.versions(note.key)
    assert raw.payload is not None
    assert raw.payload["message"]["video_note"]["file_id"] == "n-id"
    exported = [json.loads(line) for line in cli("export", "42").stdout.splitlines()]
    assert [line["seq"] for line in exported if line["record"] == "version"] == [2, 2, 3, 4]


@pytest.mark.usefixtures("last_year")
def test_doing_it_again_changes_nothing(cli: Cli, chat: OperatorChat) -> None:
    """Neither does looking at what would happen."""
    before = chat.history(42)
    assert "understood (dry run, nothing changed): 3" in cli("replay", "--dry-run").stdout
    assert chat.history(42) == before
    cli("replay")
    after = chat.history(42)
    assert after != before
    assert cli("replay").stdout == "messages kept raw: 2, understood: 0\n"
    assert chat.history(42) == after
