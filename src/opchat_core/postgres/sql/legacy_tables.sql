-- Which of the three tables of an older installation are there.
SELECT
    to_regclass('public.users') IS NOT NULL AS users,
    to_regclass('public.chat_messages') IS NOT NULL AS chat_messages,
    to_regclass('public.user_data') IS NOT NULL AS user_data
