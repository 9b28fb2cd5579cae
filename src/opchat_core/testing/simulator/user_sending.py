"""How a person sends: every kind of message, as one of Telegram's apps would."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from .blobs import Blob
from .content import store_file
from .samples import SAMPLE_CONTENTS, SAMPLE_FILES, filled, needed_files, sample_names
from .text import find_quote
from .typed import caption_content, text_content
from .values import Json, SimMessage, UnknownUserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .state import Bot, State


class SendOptions(TypedDict, total=False):
    """What every way of sending takes besides its content.

    Attributes:
        message_id: Another id than the next one; Telegram gives 0 to some scheduled messages.
        date: Unix seconds; the clock's present when not given.
        reply_to: The id of the message it answers.
        quote: The part of that message that it quotes, as it stands there.
        external_reply: An `ExternalReplyInfo` object: it answers a message of another chat.
        forward_origin: A `MessageOrigin` object: it was forwarded from there. `FORWARD_ORIGINS` has one of each type.
        media_group_id: Of the album that it is a part of; `send_album` sends whole ones.
        bot: The id of the bot it goes to; the first one when not given.
    """

    message_id: int | None
    date: int | None
    reply_to: int | None
    quote: str | None
    external_reply: Json | None
    forward_origin: Json | None
    media_group_id: str | None
    bot: int | None


class UserSending:
    """What a person can send. `bot` is a bot's id everywhere; `None` means the first one."""

    state: State

    def send(self, user_id: int, content: Json, **options: Unpack[SendOptions]) -> int:
        """Send a message of any content, and return its id.

        Args:
            user_id: The sender.
            content: The fields of the `Message` object that tell what is sent, `{"dice": {...}}` for instance: also
                what Telegram invents tomorrow.
            **options: See `SendOptions`.

        Raises:
            UnknownUserError: No such user, or no message `reply_to`.
            ValueError: The user has blocked the bot: a phone then offers only to unblock it. Or the quote is not in
                the message it answers.
        """
        state = self.state
        with state.changed:
            user, account = state.user(user_id), state.bot(options.get("bot"))
            if user_id in account.blocked_by:
                raise ValueError(f"user {user_id} has blocked the bot: unblock it first")
            around = _around(account, user_id, options)
            message_id, date = options.get("message_id"), options.get("date")
            if message_id is None:
                message_id = account.take_message_id()
            body: Json = {
                "message_id": message_id,
                "from": user.as_from(),
                "chat": user.as_chat(),
                "date": state.unix_time() if date is None else date,
                **around,
                **content,
            }
            account.queue("message", body, now=state.clock(), message=(user_id, message_id))
            account.chat(user_id)[message_id] = SimMessage(message_id, user_id, outgoing=False, body=body)
            state.touch()
            return message_id

    def send_text(
        self, user_id: int, text: str, *, entities: list[Json] | None = None, **options: Unpack[SendOptions]
    ) -> int:
        """Send a text; commands, mentions, links and the like get their entities, as Telegram gives them.

        Args:
            user_id: The sender.
            text: As typed.
            entities: Formatting; given, it is all there is.
            **options: See `SendOptions`.

        Raises:
            ValueError: It is empty or longer than 4096 UTF-16 units: the apps never send such a message.
        """
        return self.send(user_id, text_content(text, entities), **options)

    def send_file(
        self,
        user_id: int,
        kind: str,
        data: bytes = b"",
        *,
        file_id: str | None = None,
        file_name: str | None = None,
        mime_type: str | None = None,
        caption: str = "",
        caption_entities: list[Json] | None = None,
        thumbnail: bytes | None = None,
        measures: Json | None = None,
        extra: Json | None = None,
        **options: Unpack[SendOptions],
    ) -> int:
        """Send a file as `photo`, `document`, `video`, `voice`, `audio`, `animation`, `video_note` or `sticker`.

        Args:
            user_id: The sender.
            kind: As what it is sent.
            data: The file.
            file_id: Of a file that is here already, instead of `data`.
            file_name: Its name on the phone.
            mime_type: What the phone takes it for; by its name or kind when not given.
            caption: At most 1024 UTF-16 units.
            caption_entities: Formatting of the caption; given, it is all there is.
            thumbnail: A picture of it, where the phone makes one.
            measures: `width`, `height`, `duration`, `title`, `emoji` and the like, where they matter.
            extra: Further fields of the `Message` object, such as `has_media_spoiler`.
            **options: See `SendOptions`.
        """
        content = caption_content(caption, caption_entities)
        with self.state.changed:
            if file_id is not None:
                stored = self.state.files[file_id]
            else:
                stored = store_file(
                    self.state,
                    kind,
                    Blob(data),
                    file_name=file_name,
                    mime_type=mime_type,
                    told=measures,
                    thumbnail=Blob(thumbnail) if thumbnail else None,
                )
        return self.send(user_id, {**stored.content, **content, **(extra or {})}, **options)

    def send_album(self, user_id: int, items: Sequence[Json], **options: Unpack[SendOptions]) -> list[int]:
        """Send an album, and return the ids of its messages.

        Args:
            user_id: The sender.
            items: For each message the arguments of `send_file`, `{"kind": "photo", "data": b"...", "caption": "..."}`
                for instance.
            **options: See `SendOptions`.

        Raises:
            ValueError: There are fewer than 2 or more than 10.
        """
        if not 2 <= len(items) <= 10:
            raise ValueError("an album has 2 to 10 parts")
        with self.state.changed:
            shared: SendOptions = {
                "media_group_id": str(13_000_000_000_000_000 + self.state.bot(options.get("bot")).next_message_id),
                **options,
            }
            return [self.send_file(user_id, **{**item, **shared}) for item in items]

    def send_sample(self, user_id: int, name: str, *, caption: str = "", **options: Unpack[SendOptions]) -> int:
        """Send one of the samples that come with the simulator, of every kind that there is.

        Args:
            user_id: The sender.
            name: One of `sample_names()`: `voice`, `animated_sticker`, `live_location`, `refunded_payment`, ...
            caption: Of a file.
            **options: See `SendOptions`.

        Raises:
            ValueError: There is no sample of this name.
        """
        if name in SAMPLE_FILES:
            sample = SAMPLE_FILES[name]
            return self.send_file(
                user_id,
                sample.kind,
                sample.read(),
                file_name=sample.file_name,
                measures=sample.told,
                caption=caption,
                **options,
            )
        if name not in SAMPLE_CONTENTS:
            raise ValueError(f"no sample {name!r}: there are {', '.join(sample_names())}")
        content = SAMPLE_CONTENTS[name]
        with self.state.changed:
            known = {needed: self._sample_content(needed) for needed in needed_files(content)}
        return self.send(user_id, {key: filled(value, known) for key, value in content.items()}, **options)

    def _sample_content(self, name: str) -> object:
        sample = SAMPLE_FILES[name]
        stored = store_file(self.state, sample.kind, Blob(sample.read()), told=sample.told)
        return stored.content[sample.kind]

    def send_photo(self, user_id: int, data: bytes, caption: str = "", **options: Unpack[SendOptions]) -> int:
        """Send a photo and return the message id."""
        return self.send_file(user_id, "photo", data, caption=caption, mime_type="image/jpeg", **options)

    def send_document(
        self,
        user_id: int,
        data: bytes,
        *,
        file_name: str = "file.bin",
        mime_type: str = "application/octet-stream",
        caption: str = "",
        **options: Unpack[SendOptions],
    ) -> int:
        """Send a document and return the message id."""
        return self.send_file(
            user_id, "document", data, file_name=file_name, mime_type=mime_type, caption=caption, **options
        )

    def send_sticker(self, user_id: int, emoji: str = "\N{WAVING HAND SIGN}", **options: Unpack[SendOptions]) -> int:
        """Send a picture sticker and return the message id; `send_sample` knows the moving ones."""
        sample = SAMPLE_FILES["sticker"]
        return self.send_file(user_id, sample.kind, sample.read(), measures={"emoji": emoji}, **options)

    def send_location(
        self,
        user_id: int,
        latitude: float,
        longitude: float,
        *,
        live_period: int | None = None,
        **options: Unpack[SendOptions],
    ) -> int:
        """Send a place on the map, in degrees, and return the message id.

        With a `live_period`, in seconds, it is one that `move_location` moves.
        """
        place: Json = {"latitude": latitude, "longitude": longitude}
        if live_period is not None:
            place["live_period"] = live_period
        return self.send(user_id, {"location": place}, **options)

    def send_venue(
        self, user_id: int, latitude: float, longitude: float, title: str, address: str, **options: Unpack[SendOptions]
    ) -> int:
        """Send a place that has a name and an address, and return the message id."""
        place = {"latitude": latitude, "longitude": longitude}
        venue = {"location": place, "title": title, "address": address}
        return self.send(user_id, {"venue": venue, "location": place}, **options)

    def send_contact(self, user_id: int, phone_number: str, first_name: str, **options: Unpack[SendOptions]) -> int:
        """Send a card of the address book and return the message id."""
        card = {"phone_number": phone_number, "first_name": first_name}
        return self.send(user_id, {"contact": card}, **options)

    def send_dice(self, user_id: int, value: int = 6, **options: Unpack[SendOptions]) -> int:
        """Send a thrown die and return the message id."""
        return self.send(user_id, {"dice": {"emoji": "\N{GAME DIE}", "value": value}}, **options)


def _around(bot: Bot, user_id: int, options: SendOptions) -> Json:
    """Return the fields of a message that tell what is around its content.

    Raises:
        UnknownUserError: No message `reply_to`.
        ValueError: That message does not say what is quoted.
    """
    around: Json = {
        "external_reply": options.get("external_reply"),
        "forward_origin": options.get("forward_origin"),
        "media_group_id": options.get("media_group_id"),
    }
    reply_to, quote = options.get("reply_to"), options.get("quote")
    if reply_to is not None:
        replied = bot.chat(user_id).get(reply_to)
        if replied is None or replied.deleted:
            raise UnknownUserError(f"no message {reply_to} in the chat of user {user_id}")
        around["reply_to_message"] = replied.without_reply()
        if quote:
            around["quote"] = find_quote(replied.text, quote)
            if around["quote"] is None:
                raise ValueError(f"message {reply_to} does not say {quote!r}")
    return {key: value for key, value in around.items() if value is not None}
