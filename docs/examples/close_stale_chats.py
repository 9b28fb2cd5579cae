"""Closes chats in which an operator had the last word and nobody has written for some days. For cron."""

import os
import sys
from datetime import UTC, datetime, timedelta

from opchat_core import ChatStatus, Config, Cursor, Direction, connect_config

days = float(sys.argv[1]) if len(sys.argv) > 1 else 7
limit = datetime.now(UTC) - timedelta(days=days)

with connect_config(Config.from_env(os.environ)) as chat:
    # The list is ordered by activity, newest first: begin where the stale ones begin.
    cursor: Cursor | None = Cursor(limit, user_id=1)
    while cursor:
        page = chat.list_chats(status=ChatStatus.OPEN, cursor=cursor, limit=200)
        for stale in page.chats:
            if stale.last_message and stale.last_message.direction is Direction.OUT:
                chat.close_chat(stale.user_id)
                print("closed", stale.user_id)
        cursor = page.next_cursor
