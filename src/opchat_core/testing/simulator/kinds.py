"""What a message can carry, as tables: everything that differs from one kind to the next stands here.

The sources are the Bot API's documentation (https://core.telegram.org/bots/api#message) and, for the names of file
types in refusals, TDLib's `td/telegram/files/FileType.cpp`.
"""

from __future__ import annotations

from typing import Any

from attrs import Factory, frozen

MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 50 * MEGABYTE
PHOTO_LIMIT = 10 * MEGABYTE
DOWNLOAD_LIMIT = 20 * MEGABYTE
ALBUM_LIMIT = 10
LONGEST_SIDE = 10_000
LONGEST_DURATION = 24 * 60 * 60


@frozen
class FileKind:
    """A kind of message that carries a file.

    Attributes:
        name: The key in the `Message` object; `send<Name>` sends it, and its parameter is called like this, too.
        type_name: What TDLib calls such a file in its refusals.
        folder: The first part of a `file_path`.
        suffix: Of a `file_path` when the file has no name.
        mime_type: Told when the file has no name to tell it by; `None`: Telegram tells none for this kind.
        measured: What Telegram measures and the simulator does not, unless the sender tells: how it is given back.
        told: What else a sender may tell about the file.
        named: Whether the name of the file is told.
        captioned: Whether a caption may go with it.
        thumbnail: Whether Telegram makes a small picture of it when the sender gives none.
        in_albums: Whether it may be in an album.
        mixes: Whether an album with it may hold other kinds.
        editable: Whether `editMessageMedia` may put it into a message.
    """

    name: str
    type_name: str
    folder: str
    suffix: str
    mime_type: str | None
    measured: dict[str, Any] = Factory(dict)
    told: tuple[str, ...] = ()
    named: bool = False
    captioned: bool = True
    thumbnail: bool = True
    in_albums: bool = False
    mixes: bool = True
    editable: bool = False


FILE_KINDS = {
    kind.name: kind
    for kind in (
        FileKind(
            "photo",
            "Photo",
            "photos",
            "jpg",
            None,
            measured={"width": 640, "height": 480},
            thumbnail=False,  # its sizes are so many pictures
            in_albums=True,
            editable=True,
        ),
        FileKind(
            "video",
            "Video",
            "videos",
            "mp4",
            "video/mp4",
            measured={"width": 640, "height": 480, "duration": 1},
            told=("start_timestamp",),
            named=True,
            in_albums=True,
            editable=True,
        ),
        FileKind(
            "animation",
            "Animation",
            "animations",
            "mp4",
            "video/mp4",
            measured={"width": 320, "height": 240, "duration": 1},
            named=True,
            editable=True,
        ),
        FileKind(
            "document",
            "Document",
            "documents",
            "bin",
            "application/octet-stream",
            named=True,
            thumbnail=False,
            in_albums=True,
            mixes=False,
            editable=True,
        ),
        FileKind(
            "audio",
            "Audio",
            "music",
            "mp3",
            "audio/mpeg",
            measured={"duration": 1},
            told=("title", "performer"),
            named=True,
            thumbnail=False,
            in_albums=True,
            mixes=False,
            editable=True,
        ),
        FileKind("voice", "VoiceNote", "voice", "oga", "audio/ogg", measured={"duration": 1}, thumbnail=False),
        FileKind(
            "video_note",
            "VideoNote",
            "video_notes",
            "mp4",
            None,
            measured={"length": 240, "duration": 1},
            captioned=False,
        ),
        FileKind(
            "sticker",
            "Sticker",
            "stickers",
            "webp",
            None,
            measured={"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False},
            told=("emoji", "set_name"),
            captioned=False,
        ),
    )
}
THUMBNAIL = FileKind("thumbnail", "Thumbnail", "thumbnails", "jpg", None, thumbnail=False)

CONTENT_KINDS = (
    "text",
    "animation",  # before the document that Telegram adds for older clients
    *(name for name in FILE_KINDS if name != "animation"),
    "venue",  # before the location that Telegram adds for older clients
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "game",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "paid_media",
    "checklist",
    "gift",
    "unique_gift",
    "giveaway",
)
"""The keys of a `Message` object that tell its kind, in the order in which they are looked for."""

CAPTIONED = {name for name, kind in FILE_KINDS.items() if kind.captioned} | {"paid_media"}
