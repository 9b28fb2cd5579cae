-- Takes changes that Telegram is to be told of, under a lease; or that of one message, waiting for its chat. They may be
-- told twice, for doing them again changes nothing; but one at a time for each message, so that the last wish wins.
CREATE OR REPLACE FUNCTION opchat.claim_changes(
    p_bot_type text, p_user_id bigint, p_seq bigint, p_limit integer, p_lease interval, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_due record;
BEGIN
    IF EXISTS (SELECT FROM opchat.bots WHERE bot_type = p_bot_type AND pause_reason IS NOT NULL) THEN
        RETURN;
    END IF;
    IF p_seq IS NOT NULL THEN
        PERFORM FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    END IF;
    FOR v_due IN
        SELECT m.user_id, m.seq FROM opchat.chat_messages AS m
        JOIN opchat.user_data AS c ON c.user_id = m.user_id AND c.bot_type = m.bot_type
        WHERE m.bot_type = p_bot_type AND m.change_due_at <= v_now
            AND (p_seq IS NULL OR m.user_id = p_user_id AND m.seq = p_seq)
        ORDER BY m.change_due_at LIMIT p_limit
        FOR UPDATE OF c SKIP LOCKED
    LOOP
        RETURN QUERY
            UPDATE opchat.chat_messages AS m SET
                change = m.change || jsonb_build_object('leased', true, 'attempts', (m.change ->> 'attempts')::integer + 1),
                change_due_at = v_now + p_lease
            -- Looked at again: whoever held the chat before may have taken it.
            WHERE m.user_id = v_due.user_id AND m.bot_type = p_bot_type AND m.seq = v_due.seq AND m.change_due_at <= v_now
            RETURNING *;
    END LOOP;
END
$$;
