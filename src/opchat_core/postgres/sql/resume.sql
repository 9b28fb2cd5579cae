UPDATE opchat.bots SET paused_at = NULL, pause_reason = NULL WHERE bot_type = %(bot_type)s
