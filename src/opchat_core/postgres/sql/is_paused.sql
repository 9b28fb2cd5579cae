SELECT EXISTS (SELECT FROM opchat.bots WHERE bot_type = %(bot_type)s AND pause_reason IS NOT NULL) AS paused
