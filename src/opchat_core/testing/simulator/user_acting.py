"""What a person does about messages that are there: edits, reactions, pressed buttons, deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from .reactions import plain
from .typed import caption_content, text_content
from .values import Json, Notice, SimMessage, UnknownUserError

if TYPE_CHECKING:
    from .state import Bot, State


class UserActing:
    """What a person can do. `bot` is a bot's id everywhere; `None` means the first one."""

    state: State

    def edit(self, user_id: int, message_id: int, changes: Json, *, bot: int | None = None) -> None:
        """Change an own message; the bot gets an `edited_message`.

        Args:
            user_id: Whose message it is.
            message_id: Its id.
            changes: Fields of the `Message` object; `None` takes one away.
            bot: The bot it was sent to.

        Raises:
            UnknownUserError: No such message of this user.
        """
        state = self.state
        with state.changed:
            account, message = self._message(user_id, message_id, bot)
            if message.outgoing:
                raise UnknownUserError(f"user {user_id} has sent no message {message_id}")
            changed = {**message.body, **changes, "edit_date": state.unix_time()}
            body = {key: value for key, value in changed.items() if value is not None}
            account.queue("edited_message", body, now=state.clock(), message=(user_id, message_id))
            account.chat(user_id)[message_id] = evolve(message, body=body)
            state.touch()

    def edit_text(
        self,
        user_id: int,
        message_id: int,
        text: str,
        *,
        entities: list[Json] | None = None,
        bot: int | None = None,
    ) -> None:
        """Edit an own text message.

        Raises:
            UnknownUserError: No such message of this user.
            ValueError: The text is empty or too long.
        """
        self.edit(user_id, message_id, {"entities": None, **text_content(text, entities)}, bot=bot)

    def edit_caption(
        self,
        user_id: int,
        message_id: int,
        caption: str,
        *,
        entities: list[Json] | None = None,
        bot: int | None = None,
    ) -> None:
        """Edit the caption of an own file; an empty one takes it away.

        Raises:
            UnknownUserError: No such message of this user.
            ValueError: The caption is too long.
        """
        nothing: Json = {"caption": None, "caption_entities": None}
        self.edit(user_id, message_id, nothing | caption_content(caption, entities), bot=bot)

    def move_location(
        self,
        user_id: int,
        message_id: int,
        latitude: float,
        longitude: float,
        *,
        stop: bool = False,
        bot: int | None = None,
    ) -> None:
        """Move an own live location, or stop it; the bot gets an `edited_message` each time.

        Raises:
            UnknownUserError: No such message of this user.
            ValueError: It is no live location.
        """
        with self.state.changed:
            place = self._message(user_id, message_id, bot)[1].body.get("location", {})
            if "live_period" not in place:
                raise ValueError(f"message {message_id} is no live location")
            moved = {**place, "latitude": latitude, "longitude": longitude}
            if stop:
                del moved["live_period"]
            self.edit(user_id, message_id, {"location": moved}, bot=bot)

    def react(self, user_id: int, message_id: int, *emoji: str, bot: int | None = None) -> None:
        """Put emoji on a message instead of those that the user has put on it; none takes them away.

        The bot gets a `message_reaction` if it has asked for such updates.

        Raises:
            UnknownUserError: No such message.
        """
        state = self.state
        with state.changed:
            account, message = self._message(user_id, message_id, bot)
            user, new = state.user(user_id), tuple(plain(one) for one in emoji)
            if new == message.user_reactions:
                return
            change = {
                "chat": user.as_chat(),
                "message_id": message_id,
                "user": user.as_from(),
                "date": state.unix_time(),
                "old_reaction": _reaction_types(message.user_reactions),
                "new_reaction": _reaction_types(new),
            }
            account.queue("message_reaction", change, now=state.clock())
            account.chat(user_id)[message_id] = evolve(message, user_reactions=new)
            state.touch()

    def press(self, user_id: int, message_id: int, button: str, *, bot: int | None = None) -> str:
        """Press a button under a message, and return the id of the `callback_query` that the bot gets.

        Args:
            user_id: Who presses.
            message_id: Of the message.
            button: The text or the `callback_data` of the button.
            bot: The bot that sent it.

        Raises:
            UnknownUserError: No such message.
            ValueError: There is no such button, or the bot is not told of it, as of one that opens an address.
        """
        state = self.state
        with state.changed:
            account, message = self._message(user_id, message_id, bot)
            rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
            found = [one for row in rows for one in row if button in {one["text"], one.get("callback_data")}]
            if not found or "callback_data" not in found[0]:
                raise ValueError(f"message {message_id} has no button {button!r} that tells the bot")
            user, query_id = state.user(user_id), account.take_query_id()
            query = {
                "id": query_id,
                "from": user.as_from(),
                "message": message.body,
                "chat_instance": str(-user_id),
                "data": found[0]["callback_data"],
            }
            account.presses[query_id] = user_id
            account.queue("callback_query", query, now=state.clock())
            state.touch()
            return query_id

    def notice(self, user_id: int, *, bot: int | None = None) -> Notice | None:
        """Return the last answer of the bot to a button that the user has pressed, or `None`."""
        with self.state.changed:
            return self.state.bot(bot).notices.get(self.state.user(user_id).id)

    def delete(self, user_id: int, message_id: int, *, bot: int | None = None) -> None:
        """Delete a message for both sides, as users can; Telegram tells no bot of it.

        Raises:
            UnknownUserError: No such message.
        """
        with self.state.changed:
            account, message = self._message(user_id, message_id, bot)
            account.chat(user_id)[message_id] = evolve(message, deleted=True)
            self.state.touch()

    def _message(self, user_id: int, message_id: int, bot: int | None) -> tuple[Bot, SimMessage]:
        account = self.state.bot(bot)
        message = account.chat(self.state.user(user_id).id).get(message_id)
        if message is None or message.deleted:
            raise UnknownUserError(f"no message {message_id} in the chat of user {user_id}")
        return account, message


def _reaction_types(emoji: tuple[str, ...]) -> list[Json]:
    return [{"type": "emoji", "emoji": one} for one in emoji]
