"""An answer that is to be sent, and the messages that it goes out in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
from attrs import field, frozen

from opchat_core.errors import InvalidInput
from opchat_core.model import rules
from opchat_core.model.bounds import MAX_ALBUM, MAX_FILES
from opchat_core.model.checked import Checked, checked
from opchat_core.model.formatting import Buttons, Quote, buttons, check_entities, entities, quote
from opchat_core.model.text import MAX_CAPTION, MAX_PARTS, MAX_TEXT, Entity, Part, split_text, utf16_length
from opchat_core.model.upload import Upload
from opchat_core.model.words import MessageType


@frozen(kw_only=True)
class Piece:
    """One message of an answer.

    Attributes:
        text: The text or caption, with its formatting.
        upload: The file, if it has one.
        album: The number of the album that it is part of, counted from 1 inside the answer; None for none.
        is_first: It is the one that quotes.
        buttons: What is under it.
    """

    text: Part
    upload: Upload | None = None
    album: int | None = None
    is_first: bool = False
    buttons: Buttons = ()

    @property
    def message_type(self) -> MessageType:
        """What it is."""
        return self.upload.kind if self.upload else MessageType.TEXT


def _uploads(files: Iterable[Upload]) -> tuple[Upload, ...]:
    return tuple(files)


@frozen(kw_only=True)
class Answer(Checked):
    """An operator's answer that is to be sent.

    Attributes:
        text: At most 40960 UTF-16 units, and not blank unless there are files; goes out as typed, in parts of 4096.
            With files it is the caption; one of over 1024 units follows them. ``messageText`` in JSON.
        entities: Telegram's MessageEntity objects over ``text``.
        client_message_id: The sender's own key, 1 to 256 units: the same key again sends nothing.
        reply_to: The ``seq`` of the message that it answers.
        quote: The part of that message that it is about.
        buttons: Rows of buttons under its last message.
        last_seen_seq: The newest ``seq`` that the operator has seen: refuse if a colleague has answered since.
        files: What :meth:`opchat_core.OperatorChat.upload` returned, at most 20.
    """

    text: str = checked(rules.string(MAX_TEXT * MAX_PARTS), default="", key="messageText")
    entities: tuple[Entity, ...] = checked(entities, default=())
    client_message_id: str | None = checked(rules.identifier, default=None)
    reply_to: int | None = checked(rules.positive_integer, default=None)
    quote: Quote | None = checked(quote, default=None)
    buttons: Buttons = checked(buttons, default=())
    last_seen_seq: int | None = checked(rules.whole_number, default=None)
    files: tuple[Upload, ...] = field(default=(), converter=_uploads)

    def __attrs_post_init__(self) -> None:
        if not self.text.strip() and (self.text or not self.files):
            raise InvalidInput.of("text", "must not be blank")
        try:
            check_entities(self.text, self.entities)
        except ValueError as error:
            raise InvalidInput.of("entities", str(error)) from None
        if self.quote and self.reply_to is None:
            raise InvalidInput.of("reply_to", "is required to say what is quoted")
        if len(self.files) > MAX_FILES:
            raise InvalidInput.of("files", f"must be at most {MAX_FILES}")
        if not all(part.text.strip() for part in self.parts):
            raise InvalidInput.of("text", f"must not have {MAX_TEXT} blank characters in a row")
        if len(self.parts) > MAX_PARTS:  # breaks between words can make more parts than the length alone tells
            raise InvalidInput.of("text", f"must fit into {MAX_PARTS} messages")
        if self.buttons and self.pieces[-1].album:
            raise InvalidInput.of("buttons", "must not be with an album, for Telegram shows none there")

    @property
    def caption(self) -> Part | None:
        """What goes with the first file; None where the text stands alone, or there is none."""
        if self.files and self.text and utf16_length(self.text) <= MAX_CAPTION:
            return Part(self.text, self.entities)
        return None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The text as the messages that it goes out in, after the files."""
        return () if self.caption or not self.text else split_text(self.text, self.entities)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All the messages that it goes out in."""
        pieces = [*self._files(), *(Piece(text=part) for part in self.parts)]
        pieces[0] = attrs.evolve(pieces[0], is_first=True)
        pieces[-1] = attrs.evolve(pieces[-1], buttons=self.buttons)
        return tuple(pieces)

    def _files(self) -> Iterator[Piece]:
        """Group neighbours that Telegram shows together; the caption goes with the first."""
        groups: list[list[Upload]] = []
        for upload in self.files:
            fits = groups and len(groups[-1]) < MAX_ALBUM and upload.album and groups[-1][0].album == upload.album
            if fits:
                groups[-1].append(upload)
            else:
                groups.append([upload])
        caption = self.caption or Part("")
        for number, group in enumerate(groups, 1):
            for upload in group:
                yield Piece(text=caption, upload=upload, album=number if len(group) > 1 else None)
                caption = Part("")
