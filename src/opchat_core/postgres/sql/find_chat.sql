SELECT * FROM opchat.chats WHERE chat_user_id = %(user_id)s AND chat_bot_type = %(bot_type)s
