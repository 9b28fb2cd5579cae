"""Uploads, downloads and albums."""

from __future__ import annotations

import json

import pytest
from tests.simulator.raw import Raw, upload

from opchat_core.testing.simulator import Simulator

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("kind", ["photo", "document", "video", "voice", "audio", "animation", "video_note", "sticker"])
def test_a_file_goes_there_and_back(raw: Raw, kind: str) -> None:
    """Each kind is uploaded, found by its id, downloaded, and sent again by that id."""
    data = bytes(range(256)) * 300  # more than the parser keeps in memory, and every byte value
    method = f"send{kind.replace('_', '')}"
    message = upload(raw, method, {kind: data}, chat_id=42, caption="See")["result"]
    content = message[kind]
    file = content[-1] if kind == "photo" else content
    assert file["file_size"] == len(data)
    assert message.get("caption") == (None if kind in {"video_note", "sticker"} else "See")
    found = raw.result("getFile", file_id=file["file_id"])
    status, fetched = raw.request("GET", f"/file/bot{raw.token}/{found['file_path']}")
    assert (status, fetched) == (200, data)
    again = raw.result(method, chat_id=42, **{kind: file["file_id"]})
    assert again["message_id"] == message["message_id"] + 1
    assert raw.simulator.ledger(method)[0].params[kind] == {"file_name": "f.bin", "size": len(data)}


def test_what_a_user_sends_can_be_downloaded(raw: Raw) -> None:
    """By the id in the update."""
    raw.simulator.send_document(42, b"hello", file_name="a.txt")
    (update,) = raw.result("getUpdates")
    found = raw.result("getFile", file_id=update["message"]["document"]["file_id"])
    assert found["file_path"].endswith(".txt")
    assert raw.request("GET", f"/file/bot{raw.token}/{found['file_path']}") == (200, b"hello")
    assert raw.request("GET", f"/file/bot{raw.token}/nothing")[0] == 404
    assert raw.request("GET", f"/file/bot999:unknown/{found['file_path']}")[0] == 401


def test_limits_of_uploads(raw: Raw) -> None:
    """50 MB, photos 10 MB, captions 1024 units, nothing empty, nothing missing."""
    too_large = upload(raw, "sendDocument", {"document": bytes(50 * MEGABYTE + 1)}, chat_id=42)
    assert (too_large["error_code"], too_large["description"]) == (413, "Request Entity Too Large")
    photo = upload(raw, "sendPhoto", {"photo": bytes(10 * MEGABYTE + 1)}, chat_id=42)
    words = "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"
    assert (photo["error_code"], photo["description"]) == (400, f"Bad Request: {words}")
    assert upload(raw, "sendDocument", {"document": bytes(61 * MEGABYTE)}, chat_id=42)["error_code"] == 413
    long = upload(raw, "sendPhoto", {"photo": b"x"}, chat_id=42, caption="x" * 1025)
    assert long["description"] == "Bad Request: message caption is too long"
    empty = upload(raw, "sendPhoto", {"photo": b""}, chat_id=42)
    assert empty["description"] == "Bad Request: file must be non-empty"
    assert raw.refusal("sendPhoto", chat_id=42) == (400, "Bad Request: there is no photo in the request")
    assert raw.refusal("sendPhoto", chat_id=42, photo="http://example.com/x.png")[0] == 400
    assert raw.simulator.sent() == []


def test_a_file_over_20_megabytes_cannot_be_downloaded(raw: Raw) -> None:
    """As at Telegram: `getFile` refuses."""
    raw.simulator.send_document(42, bytes(20 * MEGABYTE + 1))
    (update,) = raw.result("getUpdates")
    file_id = update["message"]["document"]["file_id"]
    assert raw.refusal("getFile", file_id=file_id) == (400, "Bad Request: file is too big")
    assert raw.refusal("getFile", file_id="nothing") == (400, "Bad Request: invalid file_id")


def test_an_album_is_so_many_messages(raw: Raw) -> None:
    """They share a `media_group_id`; one or eleven are no album."""
    media = [
        {"type": "photo", "media": "attach://one", "caption": "first"},
        {"type": "video", "media": "attach://two"},
    ]
    files = {"one": b"1", "two": b"22"}
    album = upload(raw, "sendMediaGroup", files, chat_id=42, media=json.dumps(media))["result"]
    assert len({message["media_group_id"] for message in album}) == 1
    assert [message.kind for message in raw.simulator.sent(42)] == ["photo", "video"]
    assert raw.refusal("sendMediaGroup", chat_id=42, media=media[:1])[0] == 400
    assert raw.refusal("sendMediaGroup", chat_id=42, media=[{"type": "voice"}] * 2)[0] == 400
    assert (
        raw.result("editMessageCaption", chat_id=42, message_id=album[0]["message_id"], caption="new")["caption"]
        == "new"
    )


def test_a_caption_can_be_taken_away(raw: Raw, simulator: Simulator) -> None:
    """By editing it to nothing; text cannot be edited into a file."""
    message = upload(raw, "sendDocument", {"document": b"x"}, chat_id=42, caption="old")["result"]
    there = {"chat_id": 42, "message_id": message["message_id"]}
    assert raw.refusal("editMessageText", **there, text="x")[0] == 400
    assert "caption" not in raw.result("editMessageCaption", **there, caption="")
    assert simulator.messages(42)[0].text == ""
