-- What an operator wants of a message: 'edit' or 'delete' of an answer, 'react' to what the user wrote. An answer that is
-- not at Telegram is changed at once; of one that is, the wish is kept until Telegram has done it. The outcome is one of
--   done     nothing is left to do
--   pending  Telegram has to be asked: see claim_changes
--   missing  there is no such message
--   unfit    it is not one that can be changed now
--   late     Telegram does not change what is older than p_window
--   busy     Telegram is being asked for another change of it
CREATE OR REPLACE FUNCTION opchat.request_change(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_action text, p_text text, p_entities jsonb, p_emoji text,
    p_operator text, p_window interval, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_here boolean;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    SELECT * INTO message FROM opchat.chat_messages AS m
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq;
    v_here := message.direction = 'out' AND message.delivery_status IN ('queued', 'failed');
    IF message.seq IS NULL THEN
        outcome := 'missing';
    ELSIF message.deleted_at IS NOT NULL
        OR message.direction IS DISTINCT FROM (CASE p_action WHEN 'react' THEN 'in' ELSE 'out' END)
        OR NOT v_here AND (message.telegram_message_id IS NULL OR message.delivery_status <> 'sent')
    THEN
        outcome := 'unfit';
    ELSIF NOT v_here AND p_action <> 'react' AND coalesce(message.sent_at, message.created_at) <= v_now - p_window THEN
        outcome := 'late';
    ELSIF message.change @> '{"leased": true}' AND message.change_due_at > v_now THEN
        outcome := 'busy';
    ELSIF p_action = 'edit' AND message.change IS NULL
        AND (message.message_text, message.entities) IS NOT DISTINCT FROM (p_text, p_entities)
    THEN
        outcome := 'done';
    ELSIF v_here THEN
        outcome := 'done';
        v_chat.revision := v_chat.revision + 1;
        IF p_action = 'edit' THEN
            message := opchat.reword(message, p_text, p_entities, v_now, v_chat.revision);
        ELSE
            UPDATE opchat.chat_messages AS m SET
                deleted_at = v_now, next_attempt_at = NULL, delivery_status = 'failed', revision = v_chat.revision,
                error_code = CASE m.delivery_status WHEN 'queued' THEN 'deleted' ELSE m.error_code END,
                error_message = CASE m.delivery_status WHEN 'queued' THEN 'It was deleted before it was sent.'
                    ELSE m.error_message END
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq
            RETURNING * INTO message;
            DELETE FROM opchat.outgoing_files AS f
            WHERE f.user_id = p_user_id AND f.bot_type = p_bot_type AND f.seq = p_seq;
        END IF;
        UPDATE opchat.user_data SET
            revision = v_chat.revision, attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
    ELSE
        outcome := 'pending';
        UPDATE opchat.chat_messages AS m SET
            change = jsonb_strip_nulls(jsonb_build_object(
                'action', p_action, 'text', p_text, 'entities', p_entities, 'emoji', p_emoji, 'operator', p_operator,
                'requested_at', v_now, 'status', 'pending', 'attempts', 0
            )),
            change_due_at = v_now, revision = v_chat.revision + 1
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq
        RETURNING * INTO message;
        UPDATE opchat.user_data SET revision = v_chat.revision + 1
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
    END IF;
    RETURN NEXT;
END
$$;
