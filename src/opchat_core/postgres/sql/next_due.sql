-- greatest() passes over NULL, so it alone would call an empty queue due.
SELECT CASE WHEN min(attend_at) IS NOT NULL
    THEN greatest(min(attend_at) - coalesce(%(now)s, clock_timestamp()), interval '0')
END AS due
FROM opchat.user_data
WHERE bot_type = %(bot_type)s AND attend_at IS NOT NULL
