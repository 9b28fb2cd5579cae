-- Stores the result of an attempt, if it is still the attempt under way: the number of the attempt is the fence that a
-- worker who comes back after its lease cannot pass. Neither can the result of an answer whose chat was forgotten: in a
-- chat made anew the numbers begin again, but no answer is made at the same moment. Returns the message, or nothing
-- behind the fence. A file that has arrived is kept no longer, and what Telegram calls it is remembered. What the result
-- says of the bot as a whole is learned if p_learns: of an album, the last message tells it.
CREATE OR REPLACE FUNCTION opchat.complete(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_created_at timestamptz, p_attempt integer,
    p_status text, p_telegram_message_id bigint, p_media jsonb, p_error_code text, p_error_message text,
    p_wait interval, p_pause boolean, p_learns boolean, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_message opchat.chat_messages;
    v_fingerprint bytea;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    UPDATE opchat.chat_messages SET
        delivery_status = p_status,
        telegram_message_id = coalesce(p_telegram_message_id, telegram_message_id),
        media = CASE WHEN p_media IS NULL THEN media ELSE coalesce(media, '{}') || p_media END,
        sent_at = CASE p_status WHEN 'sent' THEN v_now END,
        error_code = p_error_code,
        error_message = p_error_message,
        next_attempt_at = CASE p_status WHEN 'queued' THEN v_now + p_wait END,
        lease_until = NULL,
        revision = v_chat.revision + 1
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq
        AND delivery_status = 'sending' AND attempts = p_attempt AND created_at = p_created_at
    RETURNING * INTO v_message;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE opchat.user_data SET
        revision = v_chat.revision + 1,
        attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at),
        blocked_by_user = CASE
            WHEN p_error_code = 'blocked_by_user' THEN true
            WHEN p_status = 'sent' THEN false
            ELSE blocked_by_user END
    WHERE user_id = p_user_id AND bot_type = p_bot_type;
    IF p_pause THEN
        UPDATE opchat.bots SET paused_at = v_now, pause_reason = p_error_message
        WHERE bot_type = p_bot_type AND pause_reason IS NULL;
    END IF;
    IF p_status = 'sent' AND v_message.media IS NOT NULL THEN
        DELETE FROM opchat.outgoing_files AS f
        WHERE f.user_id = p_user_id AND f.bot_type = p_bot_type AND f.seq = p_seq
        RETURNING f.fingerprint INTO v_fingerprint;
        INSERT INTO opchat.known_files (bot_type, fingerprint, file_id, used_at)
        SELECT p_bot_type, v_fingerprint, p_media ->> 'file_id', v_now
        WHERE v_fingerprint IS NOT NULL AND p_media ->> 'file_id' IS NOT NULL
        ON CONFLICT (bot_type, fingerprint) DO UPDATE SET file_id = excluded.file_id, used_at = v_now;
    END IF;
    IF p_learns THEN
        PERFORM opchat.learn(p_bot_type, p_user_id, p_error_code, p_wait, v_now);
    END IF;
    RETURN NEXT v_message;
END
$$;
