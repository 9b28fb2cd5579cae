SELECT * FROM opchat.chats
WHERE chat_bot_type = %(bot_type)s
    AND (%(open)s AND chat_status = 'open' OR %(closed)s AND chat_status = 'closed')
    AND (chat_last_message_at, chat_user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
    AND chat_user_id IN (
        SELECT user_id FROM opchat.users WHERE search_text LIKE %(pattern)s
        UNION
        SELECT user_id FROM opchat.users WHERE user_id = %(user_id)s::bigint
    )
ORDER BY chat_last_message_at DESC, chat_user_id DESC
LIMIT %(limit)s
