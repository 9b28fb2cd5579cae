-- Locks a chat, making it if need be; the caller has made sure of the user.
--
-- Every function that changes a chat locks the chat's row first and keeps it to the commit: that makes seq gapless,
-- revisions monotonic in the order of commits, and each of their checks hold.
CREATE OR REPLACE FUNCTION opchat.lock_chat(p_user_id bigint, p_bot_type text, p_now timestamptz) RETURNS opchat.user_data
LANGUAGE plpgsql AS $$
DECLARE
    v_chat opchat.user_data;
BEGIN
    LOOP -- for another may make it, or forget it, in between
        SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO opchat.user_data (user_id, bot_type, last_message_at) VALUES (p_user_id, p_bot_type, p_now)
            ON CONFLICT DO NOTHING;
        IF FOUND THEN
            PERFORM opchat.count_chat(p_bot_type, p_user_id, 1, 0);
        END IF;
    END LOOP;
    RETURN v_chat;
END
$$;
