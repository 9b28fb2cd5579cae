SELECT opchat.forget_chat(%(user_id)s::bigint, %(bot_type)s) AS messages
