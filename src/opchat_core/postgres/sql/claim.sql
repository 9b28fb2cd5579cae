SELECT
    claimed.*,
    (
        SELECT quoted.telegram_message_id FROM opchat.chat_messages AS quoted
        WHERE quoted.user_id = claimed.user_id AND quoted.bot_type = claimed.bot_type AND quoted.seq = claimed.reply_to
    ) AS quoted,
    kept.file_number,
    known.file_id AS known_file_id
FROM opchat.claim(
    p_bot_type => %(bot_type)s, p_user_id => %(user_id)s::bigint, p_limit => %(limit)s, p_lease => %(lease)s,
    p_max_age => %(max_age)s,
    p_pace => (%(chat_count)s, %(chat_every)s, %(bot_count)s, %(bot_every)s)::opchat.pace, p_now => %(now)s
) WITH ORDINALITY AS claimed
LEFT JOIN opchat.outgoing_files AS kept
    ON claimed.media IS NOT NULL
    AND kept.user_id = claimed.user_id AND kept.bot_type = claimed.bot_type AND kept.seq = claimed.seq
LEFT JOIN opchat.known_files AS known ON known.bot_type = claimed.bot_type AND known.fingerprint = kept.fingerprint
ORDER BY ordinality
