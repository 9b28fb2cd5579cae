-- A user's messages as they are, whatever columns an older installation has given them; oldest first.
SELECT to_jsonb(m) AS told FROM public.chat_messages AS m
WHERE m.user_id::bigint = %(user_id)s ORDER BY m.created_at NULLS FIRST, m.ctid
