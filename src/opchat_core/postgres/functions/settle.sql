-- Settles a failed or doubtful answer by a person's word: 'queued' tries it again, 'sent' or 'failed' ends the doubt.
-- The outcome is one of
--   settled  the message as it is now
--   unfit    the message, which is in no such state
--   gone     the message, whose file is not kept any more
-- or nothing when there is no such message.
CREATE OR REPLACE FUNCTION opchat.settle(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_status text, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    SELECT * INTO message FROM opchat.chat_messages AS m
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq;
    IF message.seq IS NULL THEN
        RETURN;
    END IF;
    IF message.deleted_at IS NOT NULL OR message.delivery_status IS DISTINCT FROM 'unknown'
        AND NOT coalesce(message.delivery_status = 'failed' AND p_status = 'queued', false)
    THEN
        outcome := 'unfit';
    ELSIF p_status = 'queued' AND message.media IS NOT NULL AND NOT message.media ? 'file_id' AND NOT EXISTS (
        SELECT FROM opchat.outgoing_files AS f
        WHERE f.user_id = p_user_id AND f.bot_type = p_bot_type AND f.seq = p_seq
    ) THEN
        outcome := 'gone';
    ELSE
        outcome := 'settled';
        UPDATE opchat.chat_messages AS m SET
            delivery_status = p_status,
            error_code = CASE p_status WHEN 'failed' THEN m.error_code END,
            error_message = CASE p_status WHEN 'failed' THEN m.error_message END,
            queued_at = CASE p_status WHEN 'queued' THEN v_now ELSE m.queued_at END,
            next_attempt_at = CASE p_status WHEN 'queued' THEN v_now END,
            revision = v_chat.revision + 1
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq
        RETURNING m.* INTO message;
        UPDATE opchat.user_data SET
            revision = v_chat.revision + 1, attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
    END IF;
    RETURN NEXT;
END
$$;
