"""What Telegram makes of files: sizes, types, thumbnails, ids, albums, and parts of a download."""

from __future__ import annotations

import http.client
import json
import tracemalloc
from typing import Any

import pytest
from tests.simulator.raw import Raw, upload

from opchat_core.testing.simulator.pictures import picture_size, plain_picture

MEGABYTE = 1024 * 1024
WIDE = plain_picture((1600, 400))


def test_a_photo_has_several_sizes(raw: Raw) -> None:
    """With the proportions of the picture, each with an id by which it can be fetched and sent again."""
    photo = upload(raw, "sendPhoto", {"photo": WIDE}, chat_id=42)["result"]["photo"]
    assert [(size["width"], size["height"]) for size in photo] == [
        (90, 22),
        (320, 80),
        (800, 200),
        (1280, 320),
        (1600, 400),
    ]
    assert len({size["file_id"] for size in photo}) == len({size["file_unique_id"] for size in photo}) == 5
    assert raw.result("sendPhoto", chat_id=42, photo=photo[0]["file_id"])["photo"] == photo
    assert raw.result("getFile", file_id=photo[0]["file_id"])["file_path"].startswith("photos/")


@pytest.mark.parametrize("size", [(9000, 1100), (2100, 100)])
def test_a_photo_has_bounds(raw: Raw, size: tuple[int, int]) -> None:
    """Its sides are 10,000 together at most, and one is no more than twenty times the other."""
    answer = upload(raw, "sendPhoto", {"photo": plain_picture(size)}, chat_id=42)
    assert answer["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert upload(raw, "sendDocument", {"document": plain_picture(size)}, chat_id=42)["ok"]


@pytest.mark.parametrize(
    "head",
    [
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x14\x00\x1e\x03",
        b"GIF89a\x1e\x00\x14\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\x1e\x00\x14\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f\x1d\xc0\x04\x00",
        b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x13\x00\x00",
        plain_picture((30, 20)),
    ],
)
def test_sizes_of_pictures_are_read(head: bytes) -> None:
    """Of every format in which photos and stickers come; what is cut off or no picture has none."""
    assert picture_size(head) == (30, 20)
    assert picture_size(head[:14]) in {None, (30, 20)}
    assert picture_size(b"text" + head) is None


@pytest.mark.parametrize(
    ("method", "name", "told", "expected"),
    [
        ("sendVideo", "a.mov", {"width": 1920, "height": 1080, "duration": 90000}, {"mime_type": "video/quicktime"}),
        ("sendVideo", "a.mp4", {"width": 1920, "height": 1080}, {"width": 1920, "height": 1080, "duration": 1}),
        ("sendAudio", "a.mp3", {"title": "So", "performer": "What"}, {"title": "So", "mime_type": "audio/mpeg"}),
        ("sendVoice", "a", {"duration": 12}, {"duration": 12, "mime_type": "audio/ogg"}),
        ("sendDocument", "a.pdf", {}, {"mime_type": "application/pdf", "file_name": "a.pdf"}),
        ("sendDocument", "a", {}, {"mime_type": "application/octet-stream"}),
        ("sendSticker", "a.tgs", {"emoji": "x"}, {"is_animated": True, "is_video": False, "emoji": "x"}),
        ("sendSticker", "a.webm", {}, {"is_animated": False, "is_video": True, "type": "regular"}),
        ("sendVideoNote", "a.mp4", {"length": 384}, {"length": 384}),
    ],
)
def test_what_is_told_of_a_file(
    raw: Raw, method: str, name: str, told: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Type by the name, measures as told or as usual, nothing that the kind has not."""
    field = {"sendVideoNote": "video_note"}.get(method, method.removeprefix("send").lower())
    message = upload(raw, method, {field: b"x"}, name, chat_id=42, **told)["result"]
    assert {key: message[field].get(key) for key in expected} == expected


def test_thumbnails(raw: Raw) -> None:
    """The one that the bot gives, or one that Telegram makes; it can be fetched, but not sent."""
    given = plain_picture((300, 200))
    files = {"document": b"x", "thumbnail": given}
    thumbnail = upload(raw, "sendDocument", files, chat_id=42)["result"]["document"]["thumbnail"]
    assert (thumbnail["width"], thumbnail["height"], thumbnail["file_size"]) == (300, 200, len(given))
    video = upload(raw, "sendVideo", {"video": b"x"}, chat_id=42, width=1280, height=720)["result"]["video"]
    assert (video["thumbnail"]["width"], video["thumbnail"]["height"]) == (320, 180)
    assert raw.refusal("sendPhoto", chat_id=42, photo=thumbnail["file_id"]) == (
        400,
        "Bad Request: can't use file of type Thumbnail as Photo",
    )


def test_a_file_stays_what_it_was_sent_as(raw: Raw) -> None:
    """A voice message sent again as a document is a voice message; only photos are refused."""
    voice = upload(raw, "sendVoice", {"voice": b"x"}, chat_id=42, duration=7)["result"]["voice"]
    assert raw.result("sendDocument", chat_id=42, document=voice["file_id"], caption="!")["voice"] == voice
    assert raw.refusal("sendPhoto", chat_id=42, photo=voice["file_id"])[1].endswith("of type VoiceNote as Photo")
    photo = upload(raw, "sendPhoto", {"photo": WIDE}, chat_id=42)["result"]["photo"][-1]
    assert raw.refusal("sendVideo", chat_id=42, video=photo["file_id"])[1].endswith("of type Photo as Video")


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("http://127.0.0.1/x.png", "failed to get HTTP URL content"),
        ("nonsense", "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"),
        ("SIMphoto-99999999", "wrong file identifier/HTTP URL specified"),
    ],
)
def test_unknown_files_are_refused(raw: Raw, photo: str, words: str) -> None:
    """In the words for an address, for what is no id, and for an id of nobody here."""
    assert raw.refusal("sendPhoto", chat_id=42, photo=photo) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["document", "photo"], "document can't be mixed with other media types"),
        (["video", "audio"], "audio can't be mixed with other media types"),
        (["voice", "voice"], 'can\'t parse InputMedia: type "voice" is unsupported'),
        (["animation"] * 2, "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"),
        (["photo"] * 11, "too many messages to send as an album"),
        ([], "there are no messages to send"),
    ],
)
def test_what_makes_no_album(raw: Raw, kinds: list[str], words: str) -> None:
    """Refused as a whole, with nothing sent."""
    media = json.dumps([{"type": kind, "media": "attach://f"} for kind in kinds])
    answer = upload(raw, "sendMediaGroup", {"f": WIDE}, chat_id=42, media=media)
    assert answer["description"] == f"Bad Request: {words}"
    assert raw.simulator.sent() == []


@pytest.mark.parametrize("kinds", [["photo", "video"], ["document"] * 10, ["audio"] * 2])
def test_albums(raw: Raw, kinds: list[str]) -> None:
    """Photos and videos together, documents and audio files among themselves; the answer lists the messages."""
    asked = raw.simulator.send_text(42, "?")
    media = [{"type": kind, "media": "attach://f", "caption": str(place)} for place, kind in enumerate(kinds)]
    reply = json.dumps({"message_id": asked})
    answer = upload(raw, "sendMediaGroup", {"f": WIDE}, chat_id=42, media=json.dumps(media), reply_parameters=reply)
    album = answer["result"]
    assert [message["caption"] for message in album] == [str(place) for place in range(len(kinds))]
    assert len({message["media_group_id"] for message in album}) == 1
    assert all(message["reply_to_message"]["message_id"] == asked for message in album)
    assert raw.simulator.ledger("sendMediaGroup")[0].message_id == album[0]["message_id"]


def test_one_file_is_no_album(raw: Raw) -> None:
    """It is sent as a message of its own."""
    media = json.dumps([{"type": "photo", "media": "attach://f"}])
    (message,) = upload(raw, "sendMediaGroup", {"f": WIDE}, chat_id=42, media=media)["result"]
    assert "media_group_id" not in message


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_parts_of_a_file(raw: Raw, wanted: str, status: int, part: bytes) -> None:
    """`Range` is answered as by Telegram's file server, on either way to the file."""
    raw.simulator.send_document(42, b"0123456789")
    file_id = raw.result("getUpdates")[0]["message"]["document"]["file_id"]
    path = raw.result("getFile", file_id=file_id)["file_path"]
    for address in (f"/file/bot{raw.token}/{path}", f"/simulator/files/{file_id}"):
        assert raw.request("GET", address, headers={"Range": wanted}) == (status, part)


def test_files_are_never_whole_in_memory(raw: Raw) -> None:
    """Neither when 49 MB come nor when they go."""
    piece = bytes(64 * 1024)
    head = (
        b'--xyz\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n42\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="document"; filename="a.bin"\r\n\r\n'
    )
    pieces = [head, *[piece] * (49 * 16), b"\r\n--xyz--\r\n"]
    connection = http.client.HTTPConnection("127.0.0.1", raw.simulator.port, timeout=60)
    headers = {
        "Content-Type": "multipart/form-data; boundary=xyz",
        "Content-Length": str(sum(map(len, pieces))),
    }
    tracemalloc.start()
    try:
        connection.request("POST", f"/bot{raw.token}/sendDocument", iter(pieces), headers)
        document = json.loads(connection.getresponse().read())["result"]["document"]
        connection.request("GET", f"/simulator/files/{document['file_id']}")
        response = connection.getresponse()
        while response.read(64 * 1024):
            pass
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        connection.close()
    assert document["file_size"] == 49 * MEGABYTE
    assert peak < 8 * MEGABYTE
