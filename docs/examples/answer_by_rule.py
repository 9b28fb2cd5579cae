"""Answers everybody who asks about opening hours. Settings come from the environment; run it as often as you like."""

import os

from opchat_core import ChatStatus, Config, connect_config

HOURS = "We are here from 9 to 18 on weekdays."

with connect_config(Config.from_env(os.environ)) as chat:
    for waiting in chat.list_chats(status=ChatStatus.OPEN, limit=200).chats:
        question = waiting.last_message
        if question is None or question.direction != "in" or "opening hours" not in question.text.lower():
            continue
        # The key makes it safe to run this twice at a time: the same key sends nothing the second time.
        answer = chat.reply(waiting.user_id, HOURS, operator="hours", client_message_id=f"hours-{question.seq}")
        chat.mark_read(waiting.user_id, question.seq)
        print(waiting.user.full_name, answer.delivery and answer.delivery.status)
