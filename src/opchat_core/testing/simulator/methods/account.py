"""Who the bot is, its commands, and what it can know of a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.values import ApiError, Json

from .chats import chat_user

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State


def get_me(_state: State, bot: Bot, _call: Call) -> Json:
    """Return the bot, with the abilities that only `getMe` tells."""
    return {
        **bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(state: State, bot: Bot, call: Call) -> Json:
    """Return the private chat with a user."""
    user = chat_user(state, bot, call)
    gifts = dict.fromkeys(
        (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        ),
        False,
    )
    return {**user.as_chat(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def set_my_commands(state: State, bot: Bot, call: Call) -> bool:
    """Keep the commands. Scopes and languages share one list here."""
    commands = call.json("commands")
    if not isinstance(commands, list) or not all(_is_command(command) for command in commands):
        raise ApiError(400, "Bad Request: can't parse commands JSON object")
    bot.commands = commands
    state.touch()
    return True


def get_my_commands(_state: State, bot: Bot, _call: Call) -> list[Json]:
    """Return the commands last set."""
    return bot.commands


def delete_my_commands(state: State, bot: Bot, _call: Call) -> bool:
    """Forget the commands."""
    bot.commands = []
    state.touch()
    return True


def leave(_state: State, _bot: Bot, _call: Call) -> bool:
    """Answer `logOut` and `close`: there is no other server to move to."""
    return True


def _is_command(value: object) -> bool:
    return isinstance(value, dict) and {type(value.get("command")), type(value.get("description"))} == {str}


METHODS = {
    "getme": get_me,
    "getchat": get_chat,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "logout": leave,
    "close": leave,
}
