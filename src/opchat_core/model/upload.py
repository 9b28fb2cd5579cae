"""A file on its way to Telegram."""

from __future__ import annotations

from attrs import field, frozen, validators

from opchat_core.errors import FileTooLarge, InvalidInput
from opchat_core.model.bounds import MAX_FILE, MAX_PHOTO, MAX_RATIO, MAX_SIDES
from opchat_core.model.message import Media
from opchat_core.model.words import MessageType

SENDABLE = frozenset(
    {
        MessageType.PHOTO,
        MessageType.VIDEO,
        MessageType.ANIMATION,
        MessageType.AUDIO,
        MessageType.VOICE,
        MessageType.DOCUMENT,
    }
)
"""What a file may be sent as."""

_ALBUMS = {
    MessageType.PHOTO: "pictures",
    MessageType.VIDEO: "pictures",
    MessageType.AUDIO: "audio",
    MessageType.DOCUMENT: "documents",
}


@frozen(kw_only=True)
class Upload:
    """A file that the store keeps until it is sent.

    Attributes:
        number: The store's number of it.
        kind: What it is sent as: a photo, video, animation, audio, voice message or document.
        file_name: As the operator's device named it.
        mime_type: Its type.
        size: In bytes.
        width: In pixels, where it is known.
        height: In pixels, where it is known.
    """

    number: int
    kind: MessageType = field(validator=validators.in_(SENDABLE))
    file_name: str
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None

    @property
    def media(self) -> Media:
        """What is known of it before Telegram has it."""
        return Media(
            file_name=self.file_name,
            mime_type=self.mime_type,
            file_size=self.size,
            width=self.width,
            height=self.height,
        )

    @property
    def album(self) -> str | None:
        """The kind of albums that it may be part of; None for none."""
        return _ALBUMS.get(self.kind)


def check_size(name: str, kind: MessageType, size: int, sides: tuple[int, int] | None) -> None:
    """Make sure that Telegram will take a file.

    Args:
        name: The file's name, for the words of an error.
        kind: What it is to be sent as.
        size: In bytes.
        sides: Width and height in pixels, where they are known.

    Raises:
        FileTooLarge: If it has too many bytes.
        InvalidInput: If it is empty, or a photo of a shape that Telegram does not take.
    """
    most = MAX_PHOTO if kind is MessageType.PHOTO else MAX_FILE
    if size == 0:
        raise InvalidInput.of("file", f"{name!r} is empty")
    if size > most:
        hint = " Send it as a document." if kind is MessageType.PHOTO and size <= MAX_FILE else ""
        raise FileTooLarge(f"{name!r} has over {most // 1024**2} MB, the most that Telegram takes as {kind}.{hint}")
    if kind is MessageType.PHOTO and sides:
        if sum(sides) > MAX_SIDES:
            raise InvalidInput.of(
                "file", f"{name!r} has over {MAX_SIDES} pixels in width and height together; send it as a document"
            )
        if max(sides) > MAX_RATIO * min(sides):
            raise InvalidInput.of("file", f"{name!r} is over {MAX_RATIO} times as long as wide; send it as a document")
