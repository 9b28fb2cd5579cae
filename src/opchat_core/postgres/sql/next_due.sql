-- A lease runs out whatever the bot may do; an answer leaves when its chat and the bot are ready.
-- greatest() passes over NULL, so it alone would call an empty queue due.
SELECT CASE WHEN due IS NOT NULL THEN greatest(due - coalesce(%(now)s, clock_timestamp()), interval '0') END AS due
FROM (
    SELECT least(
        (SELECT min(lease_until) FROM opchat.chat_messages
            WHERE bot_type = %(bot_type)s AND delivery_status = 'sending'),
        (SELECT greatest(min(attend_at), (SELECT ready_at FROM opchat.bots WHERE bot_type = %(bot_type)s))
            FROM opchat.user_data WHERE bot_type = %(bot_type)s AND attend_at IS NOT NULL
            HAVING min(attend_at) IS NOT NULL)
    ) AS due
) AS nearest
