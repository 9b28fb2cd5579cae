-- Erases a chat for good, and the user with the last chat. Returns how many messages went.
CREATE OR REPLACE FUNCTION opchat.forget_chat(p_user_id bigint, p_bot_type text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_chat opchat.user_data;
    v_messages bigint;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM opchat.outgoing_files WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq IS NOT NULL;
    DELETE FROM opchat.message_versions WHERE user_id = p_user_id AND bot_type = p_bot_type;
    DELETE FROM opchat.chat_messages WHERE user_id = p_user_id AND bot_type = p_bot_type;
    GET DIAGNOSTICS v_messages = ROW_COUNT;
    DELETE FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type;
    PERFORM opchat.count_chat(p_bot_type, p_user_id,
        -(v_chat.operator_chat_status = 'open')::integer, -(v_chat.operator_chat_status = 'closed')::integer);
    DELETE FROM opchat.chat_counts WHERE bot_type = p_bot_type AND shard = p_user_id % 16
        AND open_count = 0 AND closed_count = 0;
    PERFORM FROM opchat.users WHERE user_id = p_user_id FOR UPDATE; -- whoever makes a chat of this user now comes first
    DELETE FROM opchat.users WHERE user_id = p_user_id
        AND NOT EXISTS (SELECT FROM opchat.user_data WHERE user_id = p_user_id);
    RETURN v_messages;
END
$$;
