SELECT * FROM opchat.chat_messages WHERE user_id = %(user_id)s AND bot_type = %(bot_type)s AND seq = %(seq)s
