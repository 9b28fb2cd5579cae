SELECT opchat.mark_read(%(user_id)s, %(bot_type)s, %(seq)s) AS found
