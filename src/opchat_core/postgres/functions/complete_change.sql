-- Stores what Telegram said to a change: 'done', 'again' after a wait, or 'refused'. Nothing happens, and nothing is
-- returned, when an operator wants something else by now.
CREATE OR REPLACE FUNCTION opchat.complete_change(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_requested_at timestamptz, p_status text,
    p_error_code text, p_error_message text, p_wait interval, p_pause boolean, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_message opchat.chat_messages;
    v_change jsonb;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    SELECT * INTO v_message FROM opchat.chat_messages
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq AND change ->> 'status' = 'pending'
        AND (change ->> 'requested_at')::timestamptz = p_requested_at;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_chat.revision := v_chat.revision + 1;
    v_change := v_message.change;
    IF p_status = 'done' AND v_change ->> 'action' = 'edit' THEN
        v_message := opchat.reword(v_message, v_change ->> 'text', v_change -> 'entities', v_now, v_chat.revision);
    END IF;
    UPDATE opchat.chat_messages AS m SET
        deleted_at = CASE WHEN p_status = 'done' AND v_change ->> 'action' = 'delete' THEN v_now ELSE deleted_at END,
        reactions = CASE WHEN p_status = 'done' AND v_change ->> 'action' = 'react' THEN
            coalesce(reactions, '{}') || jsonb_build_object('operator', CASE WHEN v_change ? 'emoji'
                THEN jsonb_build_array(jsonb_build_object('type', 'emoji', 'emoji', v_change ->> 'emoji')) ELSE '[]' END)
            ELSE reactions END,
        change = CASE WHEN p_status <> 'done' THEN v_change - 'leased' || jsonb_strip_nulls(jsonb_build_object(
            'status', CASE p_status WHEN 'refused' THEN 'refused' ELSE 'pending' END,
            'code', p_error_code, 'message', p_error_message
        )) END,
        change_due_at = CASE p_status WHEN 'again' THEN v_now + p_wait END,
        revision = v_chat.revision
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq
    RETURNING * INTO v_message;
    UPDATE opchat.user_data SET revision = v_chat.revision WHERE user_id = p_user_id AND bot_type = p_bot_type;
    IF p_pause THEN
        UPDATE opchat.bots SET paused_at = v_now, pause_reason = p_error_message
        WHERE bot_type = p_bot_type AND pause_reason IS NULL;
    END IF;
    RETURN NEXT v_message;
END
$$;
