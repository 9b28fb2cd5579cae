-- Settles a failed or doubtful answer by a person's word: 'queued' tries it again, 'sent' or 'failed' ends the doubt.
-- Returns the message; nothing when there is none; and the message unchanged when it is in no such state.
CREATE OR REPLACE FUNCTION opchat.settle(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_status text, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    UPDATE opchat.chat_messages AS m SET
        delivery_status = p_status,
        error_code = CASE p_status WHEN 'failed' THEN m.error_code END,
        error_message = CASE p_status WHEN 'failed' THEN m.error_message END,
        queued_at = CASE p_status WHEN 'queued' THEN v_now ELSE m.queued_at END,
        next_attempt_at = CASE p_status WHEN 'queued' THEN v_now END,
        revision = v_chat.revision + 1
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq AND (
        m.delivery_status = 'unknown' OR m.delivery_status = 'failed' AND p_status = 'queued'
    )
    RETURNING m.* INTO message;
    IF FOUND THEN
        outcome := 'settled';
        UPDATE opchat.user_data SET
            revision = v_chat.revision + 1, attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
        RETURN NEXT;
        RETURN;
    END IF;
    outcome := 'unfit';
    SELECT * INTO message FROM opchat.chat_messages AS m
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq;
    IF FOUND THEN
        RETURN NEXT;
    END IF;
END
$$;
