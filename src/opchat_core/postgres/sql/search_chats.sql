-- The page is found first and dressed afterwards, so that names and messages of chats beyond it are never read.
SELECT chats.*
FROM (
    SELECT user_id, bot_type FROM opchat.user_data
    WHERE bot_type = %(bot_type)s
        AND (%(open)s AND operator_chat_status = 'open' OR %(closed)s AND operator_chat_status = 'closed')
        AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
        AND user_id IN (
            SELECT user_id FROM opchat.users WHERE search_text LIKE %(pattern)s
            UNION
            SELECT user_id FROM opchat.users WHERE user_id = %(user_id)s::bigint
        )
    ORDER BY last_message_at DESC, user_id DESC
    LIMIT %(limit)s
) AS page
JOIN opchat.chats ON chat_user_id = page.user_id AND chat_bot_type = page.bot_type
ORDER BY chat_last_message_at DESC, chat_user_id DESC
