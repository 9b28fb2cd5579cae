SELECT greatest(min(attend_at) - coalesce(%(now)s, clock_timestamp()), interval '0') AS due
FROM opchat.user_data
WHERE bot_type = %(bot_type)s AND attend_at IS NOT NULL
