DELETE FROM opchat.paused_bots WHERE bot_type = %(bot_type)s
