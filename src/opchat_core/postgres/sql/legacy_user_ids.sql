-- Whoever has messages, in an order that stays the same from one run to the next.
SELECT DISTINCT user_id::bigint AS user_id FROM public.chat_messages WHERE user_id IS NOT NULL ORDER BY 1
