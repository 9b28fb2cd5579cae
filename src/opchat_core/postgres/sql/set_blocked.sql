SELECT opchat.set_blocked(%(user_id)s::bigint, %(bot_type)s, %(blocked)s) AS found
