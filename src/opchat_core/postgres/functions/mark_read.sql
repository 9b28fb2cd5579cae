-- Marks a chat read up to a message; false when there is no chat. Never marks anything unread again.
CREATE OR REPLACE FUNCTION opchat.mark_read(p_user_id bigint, p_bot_type text, p_seq bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    v_chat opchat.user_data;
    v_seq bigint;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    v_seq := least(p_seq, v_chat.last_seq);
    IF v_seq > v_chat.read_seq THEN
        UPDATE opchat.user_data SET
            read_seq = v_seq,
            revision = v_chat.revision + 1,
            unread_count = (
                SELECT count(*) FROM opchat.chat_messages
                WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq > v_seq AND direction = 'in'
            )
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
    END IF;
    RETURN true;
END
$$;
