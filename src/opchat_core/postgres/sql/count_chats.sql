SELECT coalesce(sum(open_count), 0)::bigint AS open, coalesce(sum(closed_count), 0)::bigint AS closed
FROM opchat.chat_counts
WHERE bot_type = %(bot_type)s
