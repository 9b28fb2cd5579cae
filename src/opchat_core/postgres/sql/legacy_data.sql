-- What an older installation keeps beside a user: above all whether the chat is open.
SELECT to_jsonb(d) AS told FROM public.user_data AS d WHERE d.user_id::bigint = %(user_id)s LIMIT 1
