"""The user's side: what a person does on the phone, and what the phone shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from attrs import evolve

from .blobs import Blob
from .content import store_file
from .text import CAPTION_LIMIT, TEXT_LIMIT, command_entities, utf16_length
from .values import Json, SimMessage, SimUser, UnknownUserError

if TYPE_CHECKING:
    from .state import State


class SendOptions(TypedDict, total=False):
    """What every way of sending takes besides its content.

    Attributes:
        message_id: Another id than the next one; Telegram gives 0 to some scheduled messages.
        date: Unix seconds; the clock's present when not given.
        reply_to: The id of the message it answers.
        bot: The id of the bot it goes to; the first one when not given.
    """

    message_id: int | None
    date: int | None
    reply_to: int | None
    bot: int | None


class UserSide:
    """All phones of all users.

    `bot` is a bot's id everywhere; `None` means the first one. Unknown users, messages and bots raise
    `UnknownUserError`.
    """

    state: State

    def user(
        self,
        id: int | None = None,  # noqa: A002 - the word of the Bot API
        first_name: str = "User",
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
    ) -> SimUser:
        """Create a user, or give an existing one these names, and return it.

        A user counts as one who has pressed Start: bots may write to them.

        Args:
            id: 1 to 2^52; the lowest free one when not given.
            first_name: As in Telegram, not empty.
            last_name: As in Telegram.
            username: Without the `@`.
            language_code: Of the app, an IETF tag.

        Raises:
            ValueError: The id is out of bounds, or the first name is empty.
        """
        with self.state.changed:
            user_id = self.state.free_user_id() if id is None else id
            if type(user_id) is not int or not 1 <= user_id <= 2**52:
                raise ValueError("a user id is an integer from 1 to 2^52")
            if not first_name:
                raise ValueError("a user has a first name")
            user = SimUser(user_id, first_name, last_name, username, language_code)
            self.state.users[user_id] = user
            self.state.touch()
            return user

    def users(self) -> list[SimUser]:
        """Return all users in the order of their creation."""
        with self.state.changed:
            return list(self.state.users.values())

    def send(
        self,
        user_id: int,
        content: Json,
        **options: Unpack[SendOptions],
    ) -> int:
        """Send a message of any content, and return its id.

        Args:
            user_id: The sender.
            content: The fields of the `Message` object that tell what is sent, `{"dice": {...}}` for instance.
            **options: See `SendOptions`.

        Raises:
            UnknownUserError: No such user, or no message `reply_to`.
            ValueError: The user has blocked the bot: a phone then offers only to unblock it.
        """
        state = self.state
        message_id, reply_to = options.get("message_id"), options.get("reply_to")
        with state.changed:
            user, account = state.user(user_id), state.bot(options.get("bot"))
            if user_id in account.blocked_by:
                raise ValueError(f"user {user_id} has blocked the bot: unblock it first")
            chat = account.chat(user_id)
            if message_id is None:
                message_id = account.take_message_id()
            date = options.get("date")
            body: Json = {
                "message_id": message_id,
                "from": user.as_from(),
                "chat": user.as_chat(),
                "date": state.unix_time() if date is None else date,
            }
            if reply_to is not None:
                if reply_to not in chat:
                    raise UnknownUserError(f"no message {reply_to} in the chat of user {user_id}")
                replied = chat[reply_to].body
                body["reply_to_message"] = {key: replied[key] for key in replied if key != "reply_to_message"}
            body |= content
            account.queue("message", body, now=state.clock(), message=(user_id, message_id))
            chat[message_id] = SimMessage(message_id, user_id, outgoing=False, body=body)
            state.touch()
            return message_id

    def send_text(
        self, user_id: int, text: str, *, entities: list[Json] | None = None, **options: Unpack[SendOptions]
    ) -> int:
        """Send a text; commands such as `/start` get their entity, as Telegram's apps give it.

        Raises:
            ValueError: It is empty or longer than 4096 UTF-16 units: the apps never send such a message.
        """
        return self.send(user_id, _text_content(text, entities), **options)

    def send_file(
        self,
        user_id: int,
        kind: str,
        data: bytes,
        *,
        file_name: str | None = None,
        mime_type: str | None = None,
        caption: str = "",
        measures: Json | None = None,
        extra: Json | None = None,
        **options: Unpack[SendOptions],
    ) -> int:
        """Send a file as `photo`, `document`, `video`, `voice`, `audio`, `animation`, `video_note` or `sticker`.

        Args:
            user_id: The sender.
            kind: As what it is sent.
            data: The file.
            file_name: Its name on the phone.
            mime_type: What the phone takes it for.
            caption: At most 1024 UTF-16 units.
            measures: `width`, `height`, `duration`, where they matter.
            extra: Further fields of the `Message` object, such as `media_group_id`.
            **options: See `SendOptions`.
        """
        if utf16_length(caption) > CAPTION_LIMIT:
            raise ValueError(f"a caption has at most {CAPTION_LIMIT} UTF-16 units")
        with self.state.changed:
            stored = store_file(
                self.state, kind, Blob(data), file_name=file_name, mime_type=mime_type, told=measures or {}
            )
        content = dict(stored.content)
        if caption:
            content["caption"] = caption
        return self.send(user_id, {**content, **(extra or {})}, **options)

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
        """Send a sticker and return the message id."""
        return self.send_file(user_id, "sticker", b"RIFF\x1a\x00\x00\x00WEBP", measures={"emoji": emoji}, **options)

    def send_location(self, user_id: int, latitude: float, longitude: float, **options: Unpack[SendOptions]) -> int:
        """Send a place on the map, in degrees, and return the message id."""
        return self.send(user_id, {"location": {"latitude": latitude, "longitude": longitude}}, **options)

    def send_contact(self, user_id: int, phone_number: str, first_name: str, **options: Unpack[SendOptions]) -> int:
        """Send a card of the address book and return the message id."""
        card = {"phone_number": phone_number, "first_name": first_name}
        return self.send(user_id, {"contact": card}, **options)

    def send_dice(self, user_id: int, value: int = 6, **options: Unpack[SendOptions]) -> int:
        """Send a thrown die and return the message id."""
        return self.send(user_id, {"dice": {"emoji": "\N{GAME DIE}", "value": value}}, **options)

    def edit_text(self, user_id: int, message_id: int, text: str, *, bot: int | None = None) -> None:
        """Edit an own text message; the bot gets an `edited_message`.

        Raises:
            UnknownUserError: No such message of this user.
            ValueError: The text is empty or too long.
        """
        state = self.state
        with state.changed:
            account = state.bot(bot)
            message = account.chat(state.user(user_id).id).get(message_id)
            if message is None or message.outgoing:
                raise UnknownUserError(f"user {user_id} has sent no message {message_id}")
            kept = {key: value for key, value in message.body.items() if key != "entities"}
            body = {**kept, **_text_content(text, None), "edit_date": state.unix_time()}
            account.queue("edited_message", body, now=state.clock(), message=(user_id, message_id))
            account.chat(user_id)[message_id] = evolve(message, body=body)
            state.touch()

    def block(self, user_id: int, *, bot: int | None = None) -> None:
        """Block the bot, which learns it by a `my_chat_member`; nothing when it is blocked already."""
        self._set_blocked(user_id, blocked=True, bot=bot)

    def unblock(self, user_id: int, *, bot: int | None = None) -> None:
        """Unblock the bot; the counterpart of `block`."""
        self._set_blocked(user_id, blocked=False, bot=bot)

    def _set_blocked(self, user_id: int, *, blocked: bool, bot: int | None) -> None:
        state = self.state
        with state.changed:
            user, account = state.user(user_id), state.bot(bot)
            if blocked == (user_id in account.blocked_by):
                return
            if blocked:
                account.blocked_by.add(user_id)
            else:
                account.blocked_by.discard(user_id)
            member = {"user": account.as_user(), "status": "member"}
            kicked = {"user": account.as_user(), "status": "kicked", "until_date": 0}
            change = {
                "chat": user.as_chat(),
                "from": user.as_from(),
                "date": state.unix_time(),
                "old_chat_member": member if blocked else kicked,
                "new_chat_member": kicked if blocked else member,
            }
            account.queue("my_chat_member", change, now=state.clock())
            state.touch()

    def messages(self, user_id: int, *, bot: int | None = None) -> list[SimMessage]:
        """Return what the phone shows of the chat, oldest first, without what was deleted."""
        with self.state.changed:
            chat = self.state.bot(bot).chat(self.state.user(user_id).id)
            return [message for message in chat.values() if not message.deleted]


def _text_content(text: str, entities: list[Json] | None) -> Json:
    """Return the content of a text message as one of Telegram's apps would send it."""
    if not text.strip():
        raise ValueError("the apps send no empty message")
    if utf16_length(text) > TEXT_LIMIT:
        raise ValueError(f"the apps send at most {TEXT_LIMIT} UTF-16 units in one message")
    entities = command_entities(text) if entities is None else entities
    return {"text": text, "entities": entities} if entities else {"text": text}
