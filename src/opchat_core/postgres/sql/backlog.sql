SELECT
    count(*) FILTER (WHERE delivery_status = 'queued') AS queued,
    count(*) FILTER (WHERE delivery_status = 'sending') AS sending,
    coalesce(%(now)s, clock_timestamp()) - min(queued_at) FILTER (WHERE delivery_status = 'queued') AS oldest_queued_age,
    (SELECT count(*) FROM opchat.chat_messages WHERE bot_type = %(bot_type)s AND delivery_status = 'unknown') AS unknown,
    (SELECT pause_reason FROM opchat.bots WHERE bot_type = %(bot_type)s) AS pause_reason,
    (
        SELECT wait_reason FROM opchat.bots
        WHERE bot_type = %(bot_type)s AND waits_until > coalesce(%(now)s, clock_timestamp())
    ) AS wait_reason
FROM opchat.chat_messages
WHERE bot_type = %(bot_type)s AND delivery_status IN ('queued', 'sending')
