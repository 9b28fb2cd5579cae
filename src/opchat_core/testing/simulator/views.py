"""The simulator's values as JSON for the control API, keys in camelCase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict

if TYPE_CHECKING:
    from .faults import Fault
    from .state import Bot, State
    from .values import Json, LedgerEntry, SimMessage, SimUser


def camel(name: str) -> str:
    """Return a Python name as a JSON key."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def user_json(user: SimUser) -> Json:
    """Return a user."""
    return {camel(key): value for key, value in asdict(user).items()}


def message_json(message: SimMessage) -> Json:
    """Return a message; the whole Bot API object is under `message`."""
    return {
        "messageId": message.message_id,
        "chatId": message.chat_id,
        "outgoing": message.outgoing,
        "kind": message.kind,
        "text": message.text,
        "date": message.body["date"],
        "edited": "edit_date" in message.body,
        "ticks": message.ticks,
        "deleted": message.deleted,
        "botReactions": list(message.bot_reactions),
        "userReactions": list(message.user_reactions),
        "message": message.body,
    }


def ledger_json(entry: LedgerEntry) -> Json:
    """Return a ledger entry; times in ISO 8601."""
    values = {camel(key): value for key, value in asdict(entry, recurse=False).items()}
    return {**values, "time": entry.time.isoformat(), "outcome": entry.outcome}


def fault_json(fault: Fault) -> Json:
    """Return a scripted fault with what is left of it."""
    return {camel(key): value for key, value in {**asdict(fault), "kind": fault.kind.value}.items()}


def bot_json(bot: Bot) -> Json:
    """Return a bot, without its token."""
    return {"id": bot.id, "username": bot.username, "firstName": bot.first_name, "pending": len(bot.updates)}


def phone_json(state: State, user_id: int | None, bot_id: int | None) -> Json:
    """Return all that the page shows: users with their last message, the bots, and one chat."""
    bot = state.bot(bot_id)
    shown = {
        user.id: [message for message in bot.chats.get(user.id, {}).values() if not message.deleted]
        for user in state.users.values()
    }
    users = [
        {
            **user_json(user),
            "blocked": user.id in bot.blocked_by,
            "lastMessage": message_json(shown[user.id][-1]) if shown[user.id] else None,
        }
        for user in state.users.values()
    ]
    notice = bot.notices.get(user_id or 0)
    typing_until = bot.typing_until.get(user_id) if user_id is not None else None
    typing = (typing_until - state.clock()).total_seconds() if typing_until else 0.0
    return {
        "version": state.version,
        "bot": bot_json(bot),
        "bots": [bot_json(other) for other in state.bots.values()],
        "users": users,
        "messages": [message_json(message) for message in shown.get(user_id or 0, [])],
        "typingSeconds": max(0.0, typing),
        "busyWith": bot.busy_with.get(user_id or 0, "typing"),
        "notice": {camel(key): value for key, value in asdict(notice).items()} if notice else None,
    }
