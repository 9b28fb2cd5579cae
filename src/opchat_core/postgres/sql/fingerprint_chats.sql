-- A word for all that list_chats and count_chats show: a chat's revision moves with each change of it or of a message,
-- its user's names change without. Read from the index in the list's order, as the page is, without any message.
SELECT md5(concat_ws(
    '|',
    (
        SELECT string_agg(concat_ws(
            ',', page.user_id, page.revision, quote_nullable(u.first_name), quote_nullable(u.last_name),
            quote_nullable(u.username), u.language_code
        ), ';' ORDER BY page.last_message_at DESC, page.user_id DESC)
        FROM (
            (
                SELECT user_id, revision, last_message_at FROM opchat.user_data
                WHERE %(open)s AND bot_type = %(bot_type)s AND operator_chat_status = 'open'
                    AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
                ORDER BY last_message_at DESC, user_id DESC
                LIMIT %(limit)s
            )
            UNION ALL
            (
                SELECT user_id, revision, last_message_at FROM opchat.user_data
                WHERE %(closed)s AND bot_type = %(bot_type)s AND operator_chat_status = 'closed'
                    AND (last_message_at, user_id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
                ORDER BY last_message_at DESC, user_id DESC
                LIMIT %(limit)s
            )
            ORDER BY last_message_at DESC, user_id DESC
            LIMIT %(limit)s
        ) AS page
        JOIN opchat.users AS u ON u.user_id = page.user_id
    ),
    (SELECT sum(open_count) FROM opchat.chat_counts WHERE bot_type = %(bot_type)s),
    (SELECT sum(closed_count) FROM opchat.chat_counts WHERE bot_type = %(bot_type)s)
)) AS fingerprint
