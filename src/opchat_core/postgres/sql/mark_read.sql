SELECT opchat.mark_read(%(user_id)s::bigint, %(bot_type)s, %(seq)s::bigint) AS found
