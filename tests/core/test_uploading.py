"""Files as they come in: what they are, what they are called, what Telegram would not take."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from opchat_core.errors import FileTooLarge, InvalidInput
from opchat_core.model import Answer, MessageType
from opchat_core.model.bounds import MAX_FILE
from opchat_core.model.pictures import kind_of, mime_type_of, sides_of

if TYPE_CHECKING:
    from pathlib import Path

    from opchat_core import OperatorChat
    from opchat_core.testing import InMemoryRepository

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0"
JPEG = b"\xff\xd8\xff\xe1\x00\x08Exif00\xff\xff\xc2\x00\x11\x08\x01\xe0\x02\x80"
GIF = b"GIF89a\x80\x02\xe0\x01"
VP8 = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\x80\x02\xe0\x01"
VP8L = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + (639 | 479 << 14).to_bytes(4, "little")
VP8X = (
    b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"
    + (639).to_bytes(3, "little")
    + (479).to_bytes(3, "little")
)


@pytest.mark.parametrize("head", [PNG, JPEG, GIF, VP8, VP8L, VP8X], ids=["png", "jpeg", "gif", "vp8", "vp8l", "vp8x"])
def test_the_sides_of_a_picture_are_read_from_its_first_bytes(head: bytes) -> None:
    """Of every kind that browsers make; a broken one has none, and breaks nothing."""
    assert sides_of(head) == (640, 480)
    for cut in range(len(head)):
        assert sides_of(head[:cut]) in {None, (640, 480)}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, MessageType.PHOTO),
        (GIF, MessageType.ANIMATION),
        (b"\x00\x00\x00\x18ftypmp42", MessageType.VIDEO),
        (b"\x00\x00\x00\x18ftypM4A ", MessageType.AUDIO),
        (b"\x00\x00\x00\x18ftypheic", MessageType.DOCUMENT),
        (b"ID3\x04", MessageType.AUDIO),
        (b"\xff\xfb\x90", MessageType.AUDIO),
        (b"OggS" + b"\x00" * 24 + b"OpusHead", MessageType.VOICE),
        (b"OggS" + b"\x00" * 24 + b"\x01vorbis", MessageType.DOCUMENT),
        (b"<svg>", MessageType.DOCUMENT),
        (b"", MessageType.DOCUMENT),
    ],
)
def test_a_file_is_sent_as_what_it_is(head: bytes, kind: MessageType) -> None:
    """By its content, for names and types that are told may be wrong."""
    assert kind_of(head) is kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.pdf", "a.pdf"),
        ("C:\\Users\\anna\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\u202e.pdf", "ab.pdf"),
        ("", "document"),
        (None, "document"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_made_one_that_any_device_can_show(chat: OperatorChat, given: str | None, kept: str) -> None:
    """The last part of a path, on one line, not too long."""
    assert chat.upload(BytesIO(b"x"), file_name=given).file_name == kept


@pytest.mark.parametrize(
    ("told", "name", "kept"),
    [
        ("application/pdf; charset=x", "a", "application/pdf"),
        ("image/png", "a.txt", "text/plain"),
        ("nonsense", "a.zip", "application/zip"),
        ("text/x y", "a", "application/octet-stream"),
        (None, "a", "application/octet-stream"),
    ],
)
def test_a_type_is_what_was_told_unless_the_content_says_otherwise(
    chat: OperatorChat, told: str | None, name: str, kept: str
) -> None:
    """What calls itself a picture and is none is not one."""
    assert chat.upload(BytesIO(b"x"), file_name=name, mime_type=told).mime_type == kept
    assert chat.upload(BytesIO(PNG), file_name=name, mime_type=told).mime_type == mime_type_of(PNG)


def test_a_file_is_sent_from_its_path(chat: OperatorChat, store: InMemoryRepository, tmp_path: Path) -> None:
    """As a library does it; the user gets the name of the file."""
    (tmp_path / "shop.png").write_bytes(PNG)
    chat.receive(user_id=42, text="hi")
    message = chat.reply(42, "Here", files=[chat.upload(tmp_path / "shop.png")])
    assert (message.message_type, message.text) == (MessageType.PHOTO, "Here")
    assert message.media is not None
    assert (message.media.file_name, message.media.width, message.media.height) == ("shop.png", 640, 480)


def test_an_answer_that_is_not_stored_leaves_no_file(chat: OperatorChat, store: InMemoryRepository) -> None:
    """Refused, unknown user, or here already: the bytes are erased."""
    chat.receive(user_id=42, text="hi")
    for fields in ({"reply_to": 99}, {"reply_to": 1, "quote": {"text": "nowhere"}}):
        one = chat.upload(BytesIO(b"x"))
        with pytest.raises(InvalidInput):
            chat.send(42, Answer(files=[one], **fields), operator=None)
        assert b"".join(store.read_file(one.number)) == b""
    for _ in range(2):
        one = chat.upload(BytesIO(b"x"))
        chat.send(42, Answer(files=[one], client_message_id="k"), operator=None)
    assert b"".join(store.read_file(one.number)) == b""
    assert len(chat.history(42)) == 2


def test_what_telegram_does_not_take_is_refused_beforehand(chat: OperatorChat, tmp_path: Path) -> None:
    """With a word that says what to do."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with pytest.raises(FileTooLarge, match="50 MB"):
        chat.upload(large)
    with pytest.raises(InvalidInput, match="empty"):
        chat.upload(BytesIO(b""))
    with pytest.raises(InvalidInput, match="as"):
        chat.upload(BytesIO(b"x"), send_as=MessageType.STICKER)
