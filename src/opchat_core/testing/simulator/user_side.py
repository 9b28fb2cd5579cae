"""The user's side: people, their phones, and what these show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .user_acting import UserActing
from .user_sending import UserSending
from .values import SimMessage, SimUser

if TYPE_CHECKING:
    from .state import State


class UserSide(UserSending, UserActing):
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
