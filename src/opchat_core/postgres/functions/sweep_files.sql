-- Erases files whose upload broke off, and those whose message could not be sent for long; returns how many. What is still
-- under way is kept. Also forgets what Telegram calls a file that was not sent for 90 days: it is uploaded again then.
CREATE OR REPLACE FUNCTION opchat.sweep_files(p_orphaned interval, p_kept interval, p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_swept bigint;
BEGIN
    DELETE FROM opchat.outgoing_files AS f
    WHERE f.seq IS NULL AND f.created_at < v_now - p_orphaned
        OR f.created_at < v_now - p_kept AND NOT EXISTS (
            SELECT FROM opchat.chat_messages AS m
            WHERE m.user_id = f.user_id AND m.bot_type = f.bot_type AND m.seq = f.seq
                AND m.delivery_status IN ('queued', 'sending')
        );
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    DELETE FROM opchat.known_files WHERE used_at < v_now - interval '90 days';
    RETURN v_swept;
END
$$;
