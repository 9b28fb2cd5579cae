-- Stores an answer, in as many messages as it has pieces. Messages with the same number of an album go out as one. The
-- outcome is one of
--   queued     new rows
--   duplicate  the same client_message_id was here before: its rows, nothing changed
--   answered   a colleague has answered since p_last_seen_seq: the newer messages, nothing changed
--   no_chat    there is no such chat
--   no_reply   there is no message p_reply_to
--   no_file    a file is not kept, or goes with a message already
CREATE OR REPLACE FUNCTION opchat.queue_answer(
    p_user_id bigint, p_bot_type text, p_pieces jsonb, p_operator text, p_client_message_id text,
    p_reply_to bigint, p_last_seen_seq bigint, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_piece record;
    v_first bigint;
    v_files bigint[];
    v_free integer;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'no_chat';
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_client_message_id IS NOT NULL THEN
        outcome := 'duplicate';
        FOR message IN
            SELECT m.* FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.client_message_id = p_client_message_id
            ORDER BY m.seq
        LOOP
            RETURN NEXT;
        END LOOP;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p_last_seen_seq IS NOT NULL AND EXISTS (
        SELECT FROM opchat.chat_messages AS m
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq > p_last_seen_seq
            AND m.direction = 'out' AND m.operator IS DISTINCT FROM p_operator
    ) THEN
        outcome := 'answered';
        FOR message IN
            SELECT m.* FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq > p_last_seen_seq
            ORDER BY m.seq
        LOOP
            RETURN NEXT;
        END LOOP;
        RETURN;
    END IF;
    IF p_reply_to IS NOT NULL AND NOT EXISTS (
        SELECT FROM opchat.chat_messages AS m
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_reply_to
    ) THEN
        outcome := 'no_reply';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT coalesce(array_agg((piece ->> 'file_number')::bigint), '{}') INTO v_files
    FROM jsonb_array_elements(p_pieces) AS piece WHERE piece ->> 'file_number' IS NOT NULL;
    -- Locked in one order: another answer may want the same files at this moment.
    PERFORM FROM opchat.outgoing_files AS f WHERE f.file_number = ANY (v_files) AND f.seq IS NULL
    ORDER BY f.file_number FOR UPDATE;
    GET DIAGNOSTICS v_free = ROW_COUNT;
    IF v_free < cardinality(v_files) THEN
        outcome := 'no_file';
        RETURN NEXT;
        RETURN;
    END IF;

    outcome := 'queued';
    v_first := v_chat.last_seq + 1;
    FOR v_piece IN
        SELECT * FROM jsonb_to_recordset(p_pieces) AS piece (
            message_type text, message_text text, entities jsonb, media jsonb, context jsonb, buttons jsonb,
            album integer, file_number bigint
        )
    LOOP
        v_chat.last_seq := v_chat.last_seq + 1;
        v_chat.revision := v_chat.revision + 1;
        INSERT INTO opchat.chat_messages (
            user_id, bot_type, seq, direction, verified, message_type, message_text, entities, media, context, buttons,
            media_group_id, reply_to, created_at, operator, client_message_id, revision, delivery_status, queued_at,
            next_attempt_at
        ) VALUES (
            p_user_id, p_bot_type, v_chat.last_seq, 'out', true, v_piece.message_type, v_piece.message_text,
            v_piece.entities, v_piece.media, v_piece.context, v_piece.buttons,
            -- No other album of the chat can have it, and none that Telegram numbers looks like it.
            'answer-' || v_first || '-' || v_piece.album, p_reply_to, v_now, p_operator, p_client_message_id,
            v_chat.revision, 'queued', v_now, v_now
        ) RETURNING * INTO message;
        UPDATE opchat.outgoing_files AS f SET user_id = p_user_id, bot_type = p_bot_type, seq = v_chat.last_seq
        WHERE f.file_number = v_piece.file_number;
        RETURN NEXT;
        p_reply_to := NULL; -- only the first part quotes
    END LOOP;
    UPDATE opchat.user_data SET
        last_seq = v_chat.last_seq,
        revision = v_chat.revision,
        last_message_at = greatest(v_chat.last_message_at, v_now),
        attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
    WHERE user_id = p_user_id AND bot_type = p_bot_type;
END
$$;
