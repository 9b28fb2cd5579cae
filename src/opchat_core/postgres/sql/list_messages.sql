SELECT * FROM opchat.chat_messages
WHERE user_id = %(user_id)s AND bot_type = %(bot_type)s AND seq < %(before)s
ORDER BY seq DESC
LIMIT %(limit)s
