"""Prints who waits for an answer, longest first. Settings come from the environment."""

import os

from opchat_core import ChatStatus, Config, Direction, connect_config

with connect_config(Config.from_env(os.environ)) as chat:
    page = chat.list_chats(status=ChatStatus.OPEN, limit=200)
    waiting = [one for one in page.chats if one.last_message and one.last_message.direction is Direction.IN]
    for one in reversed(waiting):
        print(f"{one.last_message_at:%d %b %H:%M}", one.user.full_name, one.unread_count, "unread")
    print(len(waiting), "of", page.counts.open, "wait")
