-- What is known of one bot: a row of each table by its key, and the first chat of the queue.
SELECT
    clock.now AS as_of, seen_at, mode, pending_updates, oldest_unsaved_at,
    CASE WHEN conflict_at > clock.now - %(conflict_lasts)s THEN conflict_since END AS conflict_since,
    CASE
        WHEN bots.pause_reason IS NOT NULL THEN 'unauthorized'
        WHEN bots.waits_until > clock.now THEN bots.wait_reason
        -- Between two waits one answer is tried; nothing has got through yet.
        WHEN bots.failures > 1 AND queue.first_at IS NOT NULL THEN bots.wait_reason
        WHEN greatest(queue.first_at, bots.ready_at) < clock.now - %(nobody_sends)s THEN 'nobody_sends'
    END AS stall
FROM (SELECT coalesce(%(now)s, clock_timestamp()) AS now) AS clock
CROSS JOIN (
    SELECT min(attend_at) AS first_at FROM opchat.user_data WHERE bot_type = %(bot_type)s AND attend_at IS NOT NULL
) AS queue
LEFT JOIN opchat.bot_reports AS reports ON reports.bot_type = %(bot_type)s
LEFT JOIN opchat.bots AS bots ON bots.bot_type = %(bot_type)s
