SELECT opchat.forget_chat(%(user_id)s, %(bot_type)s) AS messages
