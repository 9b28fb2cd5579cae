-- Finds a message by Telegram's number: a verified one before an unverified one.
CREATE OR REPLACE FUNCTION opchat.seq_of(p_user_id bigint, p_bot_type text, p_telegram_message_id bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT found.seq FROM (
        SELECT seq, verified FROM opchat.chat_messages
        WHERE user_id = p_user_id AND bot_type = p_bot_type AND telegram_message_id = p_telegram_message_id
            AND direction = 'in'
        UNION ALL
        SELECT seq, verified FROM opchat.chat_messages
        WHERE user_id = p_user_id AND bot_type = p_bot_type AND telegram_message_id = p_telegram_message_id
            AND direction = 'out'
    ) AS found
    ORDER BY found.verified DESC, found.seq DESC LIMIT 1;
$$;
