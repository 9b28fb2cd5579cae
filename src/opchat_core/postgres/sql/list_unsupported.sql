SELECT * FROM opchat.chat_messages
WHERE message_type = 'unsupported' AND verified AND direction = 'in'
    AND (user_id, bot_type, seq) > (%(user_id)s, %(bot_type)s, %(seq)s)
ORDER BY user_id, bot_type, seq LIMIT %(limit)s
