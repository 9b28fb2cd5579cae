-- What an older installation knows of a user.
SELECT to_jsonb(u) AS told FROM public.users AS u WHERE u.user_id::bigint = %(user_id)s LIMIT 1
