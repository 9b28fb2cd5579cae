-- Looks at chats that are due, or at one chat. In each: a lease that ran out leaves its answer in doubt, answers that
-- waited too long fail, and the head of the queue is taken if it is due and the bot may send. Returns every message that
-- changed; those under way ('sending') are the caller's to send before the lease runs out.
--
-- Locks are taken in one order, here and in complete: the chat, then the bot. Whoever holds a bot waits for nobody.
CREATE OR REPLACE FUNCTION opchat.claim(
    p_bot_type text, p_user_id bigint, p_limit integer, p_lease interval, p_max_age interval, p_pace opchat.pace,
    p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_may_send boolean;
BEGIN
    IF p_user_id IS NOT NULL THEN
        SELECT * INTO v_chat FROM opchat.user_data
        WHERE user_id = p_user_id AND bot_type = p_bot_type AND attend_at <= v_now
        FOR UPDATE;
        IF FOUND THEN
            -- Somebody looks at the screen: two answers may run ahead of the pace, whatever waits in other chats.
            RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 2, p_lease, p_max_age, p_pace, p_now);
        END IF;
        RETURN;
    END IF;
    v_may_send := NOT EXISTS (
        SELECT FROM opchat.bots WHERE bot_type = p_bot_type AND (pause_reason IS NOT NULL OR ready_at > v_now)
    );
    FOR v_chat IN
        SELECT * FROM opchat.user_data
        WHERE v_may_send AND bot_type = p_bot_type AND attend_at <= v_now
        ORDER BY attend_at LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 0, p_lease, p_max_age, p_pace, p_now);
    END LOOP;
    FOR v_chat IN -- leases run out all the same
        SELECT c.* FROM opchat.chat_messages AS m
        JOIN opchat.user_data AS c ON c.user_id = m.user_id AND c.bot_type = m.bot_type
        WHERE NOT v_may_send AND m.bot_type = p_bot_type AND m.delivery_status = 'sending' AND m.lease_until <= v_now
        ORDER BY m.lease_until LIMIT p_limit
        FOR UPDATE OF c SKIP LOCKED
    LOOP
        RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 0, p_lease, p_max_age, p_pace, p_now);
    END LOOP;
END
$$;
