-- Opens or closes a chat; false when there is none. Doing it again changes nothing.
CREATE OR REPLACE FUNCTION opchat.set_status(p_user_id bigint, p_bot_type text, p_status text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    v_step integer := CASE p_status WHEN 'open' THEN 1 ELSE -1 END;
BEGIN
    UPDATE opchat.user_data SET
        operator_chat_status = p_status,
        closed_at = CASE p_status WHEN 'closed' THEN coalesce(p_now, clock_timestamp()) END,
        revision = revision + 1
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND operator_chat_status <> p_status;
    IF FOUND THEN
        PERFORM opchat.count_chat(p_bot_type, p_user_id, v_step, -v_step);
    END IF;
    RETURN EXISTS (SELECT FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type);
END
$$;
