SELECT opchat.set_status(%(user_id)s::bigint, %(bot_type)s, %(status)s, %(now)s) AS found
