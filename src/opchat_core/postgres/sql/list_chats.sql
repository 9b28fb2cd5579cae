-- Each arm is one read of the index user_data_list, in its order; only the two short results are merged.
(
    SELECT * FROM opchat.chats
    WHERE %(open)s AND chat_bot_type = %(bot_type)s AND chat_status = 'open'
        AND (chat_last_message_at, chat_user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
    ORDER BY chat_last_message_at DESC, chat_user_id DESC
    LIMIT %(limit)s
)
UNION ALL
(
    SELECT * FROM opchat.chats
    WHERE %(closed)s AND chat_bot_type = %(bot_type)s AND chat_status = 'closed'
        AND (chat_last_message_at, chat_user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
    ORDER BY chat_last_message_at DESC, chat_user_id DESC
    LIMIT %(limit)s
)
ORDER BY chat_last_message_at DESC, chat_user_id DESC
LIMIT %(limit)s
