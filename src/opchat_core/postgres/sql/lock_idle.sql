-- A chat in which nobody has written for long, locked so that nobody writes before it is erased: of each bot and status
-- the one that has been idle longest, which is the end of the index that lists them.
SELECT idle.user_id, idle.bot_type
FROM (SELECT DISTINCT bot_type FROM opchat.chat_counts) AS bots
CROSS JOIN (VALUES ('open'), ('closed')) AS statuses (status)
CROSS JOIN LATERAL (
    SELECT c.user_id, c.bot_type FROM opchat.user_data AS c
    WHERE c.bot_type = bots.bot_type AND c.operator_chat_status = statuses.status
        AND c.last_message_at < coalesce(%(now)s, now()) - %(idle_for)s
    ORDER BY c.last_message_at, c.user_id
    LIMIT 1 FOR UPDATE SKIP LOCKED
) AS idle
LIMIT 1
