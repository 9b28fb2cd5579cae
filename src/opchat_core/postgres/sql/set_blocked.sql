SELECT opchat.set_blocked(%(user_id)s, %(bot_type)s, %(blocked)s) AS found
