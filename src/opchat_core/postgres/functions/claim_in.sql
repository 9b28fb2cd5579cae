-- The inside of claim, for one chat whose row the caller has locked.
CREATE OR REPLACE FUNCTION opchat.claim_in(
    p_chat opchat.user_data, p_ahead integer, p_lease interval, p_max_age interval, p_pace opchat.pace, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_revision bigint := p_chat.revision;
    v_ready_at timestamptz := p_chat.ready_at;
    v_message opchat.chat_messages;
    v_leave integer; -- how many messages go out together
    v_lease interval;
BEGIN
    FOR v_message IN
        SELECT * FROM opchat.chat_messages
        WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type AND delivery_status IN ('queued', 'sending')
            AND (lease_until <= v_now OR queued_at <= v_now - p_max_age AND delivery_status = 'queued')
        ORDER BY seq
    LOOP
        v_revision := v_revision + 1;
        RETURN QUERY
            UPDATE opchat.chat_messages SET
                delivery_status = CASE delivery_status WHEN 'sending' THEN 'unknown' ELSE 'failed' END,
                error_code = CASE delivery_status WHEN 'sending' THEN 'lease_expired' ELSE 'expired' END,
                error_message = CASE delivery_status
                    WHEN 'sending' THEN 'The process that was sending it stopped before it knew the result.'
                    ELSE 'It waited too long to be sent.' END,
                lease_until = NULL, next_attempt_at = NULL, revision = v_revision
            WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND seq = v_message.seq
            RETURNING *;
    END LOOP;

    SELECT * INTO v_message FROM opchat.chat_messages
    WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type AND delivery_status IN ('queued', 'sending')
    ORDER BY delivery_status = 'sending' DESC, seq LIMIT 1;
    IF v_message.delivery_status = 'queued' AND greatest(v_message.next_attempt_at, v_ready_at) <= v_now THEN
        -- What is queued of an album goes out as one. Files take longer: at worst 128 KiB a second.
        SELECT count(*), p_lease + interval '1 s' * coalesce(sum((media ->> 'file_size')::bigint), 0) / 131072
        INTO v_leave, v_lease
        FROM opchat.chat_messages
        WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND delivery_status = 'queued'
            AND (seq = v_message.seq OR media_group_id = v_message.media_group_id);
        IF opchat.charge_bot(p_chat.bot_type, p_ahead, v_leave, v_lease, p_pace, p_now) THEN
            v_ready_at := opchat.ready_after(v_ready_at, v_now, p_pace.chat_count, p_pace.chat_every, v_leave);
            FOR v_message IN
                SELECT * FROM opchat.chat_messages
                WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND delivery_status = 'queued'
                    AND (seq = v_message.seq OR media_group_id = v_message.media_group_id)
                ORDER BY seq
            LOOP
                v_revision := v_revision + 1;
                RETURN QUERY
                    UPDATE opchat.chat_messages SET
                        delivery_status = 'sending', attempts = attempts + 1, lease_until = v_now + v_lease,
                        next_attempt_at = NULL, revision = v_revision
                    WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND seq = v_message.seq
                    RETURNING *;
            END LOOP;
        END IF;
    END IF;
    UPDATE opchat.user_data SET
        revision = v_revision,
        ready_at = v_ready_at,
        attend_at = opchat.attend_at(p_chat.user_id, p_chat.bot_type, v_ready_at)
    WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type;
END
$$;
