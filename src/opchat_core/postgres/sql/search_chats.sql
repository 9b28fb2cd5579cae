-- Words that many names contain are found among the newest thousand chats. Only where these do not fill the page, the
-- users are searched: then not many of them match. The page is dressed last, so that no other chat's messages are read.
WITH recent AS MATERIALIZED (
    (
        SELECT user_id, bot_type, last_message_at FROM opchat.user_data
        WHERE %(open)s AND bot_type = %(bot_type)s AND operator_chat_status = 'open'
            AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
        ORDER BY last_message_at DESC, user_id DESC
        LIMIT 1000
    )
    UNION ALL
    (
        SELECT user_id, bot_type, last_message_at FROM opchat.user_data
        WHERE %(closed)s AND bot_type = %(bot_type)s AND operator_chat_status = 'closed'
            AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
        ORDER BY last_message_at DESC, user_id DESC
        LIMIT 1000
    )
), near AS MATERIALIZED (
    SELECT newest.user_id, newest.bot_type
    FROM (SELECT * FROM recent ORDER BY last_message_at DESC, user_id DESC LIMIT 1000) AS newest
    CROSS JOIN LATERAL (
        SELECT search_text FROM opchat.users WHERE user_id = newest.user_id
        OFFSET 0 -- one look-up a chat, whatever the planner thinks of reading the whole table
    ) AS names
    WHERE names.search_text LIKE %(pattern)s OR newest.user_id = %(user_id)s::bigint
    ORDER BY newest.last_message_at DESC, newest.user_id DESC
    LIMIT %(limit)s
), page AS (
    SELECT user_id, bot_type FROM near WHERE (SELECT count(*) FROM near) = %(limit)s
    UNION ALL
    (
        SELECT user_id, bot_type FROM opchat.user_data
        WHERE (SELECT count(*) FROM near) < %(limit)s
            AND bot_type = %(bot_type)s
            AND (%(open)s AND operator_chat_status = 'open' OR %(closed)s AND operator_chat_status = 'closed')
            AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
            AND user_id IN (
                SELECT user_id FROM opchat.users WHERE search_text LIKE %(pattern)s
                UNION
                SELECT user_id FROM opchat.users WHERE user_id = %(user_id)s::bigint
            )
        ORDER BY last_message_at DESC, user_id DESC
        LIMIT %(limit)s
    )
)
SELECT chats.*
FROM page
JOIN opchat.chats ON chat_user_id = page.user_id AND chat_bot_type = page.bot_type
ORDER BY chat_last_message_at DESC, chat_user_id DESC
