"""Files over HTTP: one form in, the right messages out, and nothing left behind."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import problem_of

from opchat_core.model.bounds import MAX_FILES, MAX_PHOTO

if TYPE_CHECKING:
    from tests.flask.conftest import Client

    from opchat_core.testing.simulator import Simulator

URL = "/api/users/42/operator-chat"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
MP4 = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 40
PDF = b"%PDF-1.7 and so on"


def post(client: Client, operator: dict[str, str], *files: tuple[bytes, str], **fields: str) -> Any:
    """Send a form with files."""
    data = {"file": [(BytesIO(content), name) for content, name in files], **fields}
    return client.post(URL, data=data, content_type="multipart/form-data", headers=operator)


def test_a_file_goes_out_with_its_name_its_type_and_a_caption(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """A picture is sent as one, and the operator sees what Telegram calls it."""
    entities = json.dumps([{"type": "bold", "offset": 0, "length": 4}])
    answer = post(client, operator, (PNG, "dir/the shop.png"), messageText="Look here", entities=entities)
    assert answer.status_code == 201
    (message,) = answer.json["messages"]
    assert message["messageType"] == "photo"
    assert message["delivery"]["status"] == "sent"
    assert message["media"]["fileName"] == "the shop.png"
    assert message["media"]["mimeType"] == "image/png"
    assert (message["media"]["width"], message["media"]["height"]) == (640, 480)
    assert message["media"]["fileId"]
    (arrived,) = simulator.sent(42)
    assert arrived.body["caption"] == "Look here"
    assert arrived.body["caption_entities"] == json.loads(entities)
    assert arrived.body["photo"]


def test_neighbours_become_albums_and_a_long_caption_follows(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """Pictures and films together, documents together, and the words after them."""
    files = [(PNG, "1.png"), (MP4, "2.mp4"), (PDF, "3.pdf"), (PDF + b"!", "4.pdf"), (PNG, "5.png")]
    messages = post(client, operator, *files, messageText="x" * 1025).json["messages"]
    assert [m["messageType"] for m in messages] == ["photo", "video", "document", "document", "photo", "text"]
    groups = [m["mediaGroupId"] for m in messages]
    assert groups[0] == groups[1] != groups[2] == groups[3]
    assert groups[4:] == [None, None]
    assert {m["delivery"]["status"] for m in messages} == {"sent"}
    assert len({m.body.get("media_group_id") for m in simulator.sent(42)}) == 3
    assert simulator.sent(42)[-1].text == "x" * 1025


def test_a_file_is_sent_as_the_operator_says(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """A picture as a document, for it must not be made smaller."""
    (message,) = post(client, operator, (PNG, "a.png"), **{"as": "document"}).json["messages"]
    assert (message["messageType"], message["messageText"]) == ("document", "")
    assert simulator.sent(42)[0].body["document"]["file_name"] == "a.png"
    problem_of(post(client, operator, (PNG, "a.png"), **{"as": "sticker"}), 422, "invalid_input")


def test_the_same_file_again_is_not_uploaded(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """Telegram knows it; under another name it would show the old one."""
    first = post(client, operator, (PDF, "a.pdf")).json["message"]["media"]["fileId"]
    assert post(client, operator, (PDF, "a.pdf")).json["message"]["media"]["fileId"] == first
    assert post(client, operator, (PDF, "b.pdf")).json["message"]["media"]["fileId"] != first
    assert len(simulator.sent(42)) == 3


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (PNG[:16] + (9000).to_bytes(4, "big") + (1001).to_bytes(4, "big"), {}),
        (PNG[:16] + (2100).to_bytes(4, "big") + (100).to_bytes(4, "big"), {}),
        (b"", {}),
        (PNG, {"entities": "["}),
        (PNG, {"replyTo": "99"}),
        (PNG, {"messageText": "a\x00b"}),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_with_a_word(
    client: Client,
    operator: dict[str, str],
    anna: int,
    content: bytes,
    fields: dict[str, str],
) -> None:
    """Before it goes anywhere; nothing is stored."""
    problem_of(post(client, operator, (content, "a.png"), **fields), 422, "invalid_input")
    assert len(client.get(URL, headers=operator).json["messages"]) == 1


def test_a_photo_that_is_too_large_is_refused_before_it_goes_anywhere(
    client: Client, operator: dict[str, str], anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after minutes of uploading; and the operator reads what helps."""
    monkeypatch.setattr("opchat_core.model.upload.MAX_PHOTO", 100)
    detail = problem_of(post(client, operator, (PNG + b"x" * 100, "a.png")), 413, "file_too_large")["detail"]
    assert "as a document" in detail
    assert post(client, operator, (PNG + b"x" * 100, "a.png"), **{"as": "document"}).status_code == 201
    monkeypatch.setattr("opchat_flask.answering._MAX_FORM", 400)
    problem_of(post(client, operator, (PNG, "a.png"), messageText="x" * 400), 413, "file_too_large")


def test_too_many_files_are_refused(client: Client, operator: dict[str, str], anna: int) -> None:
    """Two albums are enough for an answer."""
    files = [(PNG, f"{n}.png") for n in range(MAX_FILES + 1)]
    problem_of(post(client, operator, *files), 422, "invalid_input")


def test_the_page_is_told_the_limits(client: Client, operator: dict[str, str]) -> None:
    """No page has numbers of its own."""
    limits = client.get("/api/limits", headers=operator).json["limits"]
    assert (limits["caption"], limits["album"], limits["photoBytes"]) == (1024, 10, MAX_PHOTO)
    assert "👍" in limits["reactions"]


def test_an_answer_is_edited_and_deleted_in_telegram_too(
    client: Client, operator: dict[str, str], simulator: Simulator, anna: int
) -> None:
    """What it said is kept, and the user sees what it says now."""
    message = client.post(URL, json={"messageText": "teh red one"}, headers=operator).json["message"]
    assert message["editableUntil"]
    where = f"{URL}/{message['seq']}"
    edited = client.patch(where, json={"messageText": "the red one"}, headers=operator).json["message"]
    assert (edited["messageText"], "pendingChange" in edited) == ("the red one", False)
    assert simulator.sent(42)[0].text == "the red one"
    assert client.get(f"{where}/versions", headers=operator).json["versions"][0]["messageText"] == "teh red one"
    gone = client.delete(where, headers=operator).json["message"]
    assert gone["deletedAt"]
    assert simulator.sent(42)[0].deleted
    problem_of(client.delete(where, headers=operator), 409, "not_changeable")


def test_an_operator_reacts(client: Client, operator: dict[str, str], simulator: Simulator, anna: int) -> None:
    """To what the user wrote, with what Telegram knows; and takes it back."""
    number = simulator.send_text(42, "Thank you!")
    client.post(
        "/api/chat-message",
        json={"userId": 42, "messageText": "Thank you!", "telegramMessageId": number},
        headers=operator,
    )
    where = f"{URL}/2/reaction"
    message = client.put(where, json={"emoji": "👍"}, headers=operator).json["message"]
    assert message["reactions"]["operator"] == [{"type": "emoji", "emoji": "👍"}]
    message = client.put(where, json={"emoji": None}, headers=operator).json["message"]
    assert "reactions" not in message
    problem_of(client.put(where, json={"emoji": "🚜"}, headers=operator), 422, "invalid_input")
